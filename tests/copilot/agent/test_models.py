"""The real client against a loopback server: tool calls, streaming, errors, a wrong figure, a cut-off thread."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from copilot.agent.answering import Agent
from copilot.agent.models import make_model
from copilot.agent.records import Answer, ToolFinished, ToolStarted
from copilot.errors import ModelError
from copilot.settings import LlmSettings, Settings
from copilot.workspace import Workspace
from tests.copilot.lookups.retailer import AS_OF
from tests.fakes.openai_server import (
    Calls,
    Failure,
    FakeOpenAI,
    Reply,
    Request,
    Text,
    fake_openai,
    in_turn,
    tool_results,
)

STOCK = Calls(calls=(("stock", {"about": "robe Alba ecru 38", "location_ids": ["lyon"]}),))


def agent_at(shop: Workspace, url: str, **more: object) -> Agent:
    """An agent whose model is at `url`; threads in memory."""
    llm = LlmSettings(model="planner-1", base_url=url, api_key=SecretStr("k-1"), timeout_s=5, **more)  # type: ignore[arg-type]
    workspace = Workspace(Settings(home=shop.home, llm=llm))
    return Agent.open(workspace, as_of=AS_OF, remember=False)


def stock_reader(request: Request) -> Reply:
    """Calls the stock tool, then writes from what it says, as a good model does."""
    found = tool_results(request)
    if not found:
        return STOCK
    row = found[-1]["rows"][0]
    return Text(content=f"Lyon holds **{row['on_hand_units']} pieces**, 6 on the way [{found[-1]['cite']}].")


def beginning_with(question: str, fake: FakeOpenAI) -> Request:
    """The first request of that question: the thread before it, as the model reads it."""
    return next(request for request in fake.requests if request["messages"][-1]["content"] == question)


def events_of(agent: Agent, question: str) -> list[object]:
    async def collect() -> list[object]:
        return [event async for event in agent.ask(question, thread_id="t")]

    return asyncio.run(collect())


def test_a_real_model_answers_through_tools_with_sources(shop: Workspace) -> None:
    with fake_openai(stock_reader) as fake, agent_at(shop, fake.url) as agent:
        answer = agent.answer("How many Alba dresses in ecru 38 are left in Lyon?")
    assert answer.text == "Lyon holds **1 pieces**, 6 on the way [1]."
    assert [source.evidence.kind for source in answer.sources] == ["stock"]
    assert (answer.model, answer.language, answer.refusal) == ("planner-1", "en", "")
    assert fake.keys == ["Bearer k-1", "Bearer k-1"]
    first = fake.requests[0]
    assert first["messages"][0]["role"] == "system"
    assert {tool["function"]["name"] for tool in first["tools"]} >= {"stock", "sales", "recognise_names"}


def test_tools_are_told_of_as_they_start_and_finish(shop: Workspace) -> None:
    with fake_openai(stock_reader) as fake, agent_at(shop, fake.url) as agent:
        events = events_of(agent, "Stock of Alba ecru 38 in Lyon?")
    started, finished, answer = events
    assert isinstance(started, ToolStarted)
    assert (started.tool, started.label, started.arguments["location_ids"]) == ("stock", "Stock", '["lyon"]')
    assert isinstance(finished, ToolFinished)
    assert finished.evidence is not None
    assert isinstance(answer, Answer)


def test_a_wrong_figure_is_sent_back_once_and_the_better_answer_shown(shop: Workspace) -> None:
    wrong = "Lyon holds 7 pieces."
    replies: list[Reply] = []

    def reply(request: Request) -> Reply:
        replies.append(stock_reader(request))
        complained = any("not shown" in str(m["content"]) for m in request["messages"] if m["role"] == "user")
        if isinstance(replies[-1], Calls) and not complained:
            return STOCK
        return replies[-1] if complained else Text(content=wrong)

    with fake_openai(reply) as fake, agent_at(shop, fake.url) as agent:
        answer = agent.answer("Stock of Alba ecru 38 in Lyon?", thread_id="t")
        agent.answer("And again?", thread_id="t")
    assert "1 pieces" in answer.text
    assert answer.refusal == ""
    complaint = next(r for r in fake.requests if "not shown" in str(r["messages"][-1]["content"]))
    assert "'7 pieces' is stated without a citation" in complaint["messages"][-1]["content"]
    # Neither the wrong text nor the complaint stays in the thread.
    later = str(beginning_with("And again?", fake)["messages"])
    assert "1 pieces" in later
    assert wrong not in later
    assert "not shown" not in later


def test_an_answer_that_stays_wrong_is_refused_and_not_kept(shop: Workspace) -> None:
    def reply(request: Request) -> Reply:
        return Text(content="Lyon holds 7 pieces [stock-00000000].") if tool_results(request) else STOCK

    def stubborn(request: Request) -> Reply:
        last = request["messages"][-1]
        complained = last["role"] == "user" and "not shown" in last["content"]
        return Text(content="It holds 7 pieces.") if complained else reply(request)

    with fake_openai(stubborn) as fake, agent_at(shop, fake.url) as agent:
        answer = agent.answer("Stock of Alba ecru 38 in Lyon?", thread_id="t")
        agent.answer("Thanks", thread_id="t")
    assert answer.refusal == "ungrounded"
    assert "7" not in answer.text
    assert any("7 pieces" in problem for problem in answer.problems)
    assert "7 pieces" not in str(beginning_with("Thanks", fake)["messages"])


def test_a_failed_tool_tells_the_model_whether_to_try_again(shop: Workspace) -> None:
    def reply(request: Request) -> Reply:
        found = tool_results(request)
        if not found:
            return Calls(calls=(("stock", {"about": "Alba"}), ("stock", {"group": "planet"})))
        return Text(content=f"{found[0]['error']}")

    with fake_openai(reply) as fake, agent_at(shop, fake.url) as agent:
        answer = agent.answer("Stock of Alba?")
    ambiguous, bad = tool_results(fake.requests[-1])
    assert ambiguous["retry"] is True
    assert "Alba (sandals)" in ambiguous["error"]
    assert "group" in bad["error"]
    assert "Which one?" in answer.text


def test_a_model_that_never_stops_calling_tools_is_stopped(shop: Workspace) -> None:
    with fake_openai(in_turn(STOCK)) as fake, agent_at(shop, fake.url, max_model_calls=3) as agent:
        answer = agent.answer("Stock of Alba?", thread_id="t")
        assert answer.refusal == "limit"
        assert len(fake.requests) == 3
        agent.answer("And now?", thread_id="t")
    calls = [message for message in fake.requests[3]["messages"] if message.get("tool_calls")]
    answered = {message.get("tool_call_id") for message in fake.requests[3]["messages"]}
    assert all(call["id"] in answered for message in calls for call in message["tool_calls"])


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "refused the key"),
        (403, "does not allow this key"),
        (404, "is not known there"),
        (400, "did not understand"),
        (429, "takes no more requests"),
        (500, "failed on its side"),
        (422, r"failed \(status 422\)"),
    ],
)
def test_what_a_server_refuses_is_said_in_plain_words(shop: Workspace, status: int, message: str) -> None:
    with (
        fake_openai(in_turn(Failure(status=status))) as fake,
        agent_at(shop, fake.url) as agent,
        pytest.raises(ModelError, match=message) as caught,
    ):
        agent.answer("Stock of Alba?")
    assert "planner-1" in str(caught.value)
    assert "k-1" not in str(caught.value)


def test_a_server_that_is_not_there_is_named(shop: Workspace) -> None:
    with fake_openai(stock_reader) as fake:
        url = fake.url
    with agent_at(shop, url) as agent, pytest.raises(ModelError, match="cannot be reached") as caught:
        agent.answer("Stock of Alba?")
    assert url in str(caught.value)


def test_text_and_usage_are_streamed(shop: Workspace) -> None:
    with fake_openai(in_turn(Text(content="One two three"))) as fake:
        model = make_model(LlmSettings(model="planner-1", base_url=fake.url))
        chunks = list(model.stream("Hello"))
    assert "".join(chunk.text for chunk in chunks) == "One two three"
    assert len([chunk for chunk in chunks if chunk.text]) == 3
    usage = [chunk.usage_metadata for chunk in chunks if getattr(chunk, "usage_metadata", None)]
    assert usage[0]["total_tokens"] == 15  # type: ignore[index]
    assert fake.requests[0]["stream"] is True


def test_a_missing_key_lists_where_it_was_looked_for() -> None:
    with pytest.raises(ModelError, match="REASSORT_LLM__API_KEY") as caught:
        make_model(LlmSettings(model="gpt-5"))
    assert "reassort.toml" in str(caught.value)


def test_the_offline_model_needs_nothing() -> None:
    assert make_model(LlmSettings())._llm_type == "reassort-offline"

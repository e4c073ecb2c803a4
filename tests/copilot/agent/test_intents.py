"""What planners' words ask for."""

from __future__ import annotations

import pytest

from copilot.agent.offline.intents import intent_of

CASES = [
    ("Combien de robes Alba en 38 à Lyon ?", "stock"),
    ("stok robe alba lyon", "stock"),
    ("What is on its way to Milan?", "inbound"),
    ("Quand arrive la prochaine livraison de Noé ?", "inbound"),
    ("Ventes du 1er au 15 vs l'an dernier", "sales"),
    ("Best sellers of last month", "sales"),
    ("Prévision du manteau Odette", "forecast"),
    ("previsoin odette decembre", "forecast"),
    ("How much will we sell of Odette next week?", "forecast"),
    ("Que dois-je réassortir à Milan ?", "restock"),
    ("waht shoud i restok", "restock"),
    ("Which styles will run out?", "at_risk"),
    ("Qu'est-ce qui va manquer ?", "at_risk"),
    ("What is trending?", "trends"),
    ("Qu'est-ce qui monte ?", "trends"),
    ("What did customers complain about?", "opinions"),
    ("Les tailles taillent-elles petit ?", "opinions"),
    ("Taux de retour par taille", "returns"),
    ("What do you not know today?", "freshness"),
    ("Les données sont-elles à jour ?", "freshness"),
    ("Quels produits en lin ?", "products"),
    ("Will the shares rise?", "shares"),
    ("Margin of a competitor's bag?", "competitor"),
    ("What if we run 20 % off?", "scenario"),
    ("Et si on baissait le prix de Odette de 20 % ?", "scenario"),
    ("Et s'il pleut la semaine prochaine à Lyon ?", "scenario"),
    ("Et s’il faisait 4 degrés de moins ?", "scenario"),
    ("What if there is rain tomorrow?", "scenario"),
    ("Is there rain tomorrow?", "weather"),
    ("Combien d'Alba à Lyon, et il en reste à Paris ?", "stock"),
    ("why is the forecast for Odette so high?", "reasons"),
    ("Sur quoi repose la prévision de Odette ?", "reasons"),
    ("Quels produits ressemblent à Odette pour la prévision ?", "analogues"),
    ("À quels produits ressemble Lou pour sa prévision ?", "analogues"),
    ("Sur quels produits s'appuie la prévision de Lou ?", "analogues"),
    ("Which products are like Odette for the forecast?", "analogues"),
    ("Which similar styles is the forecast of Lou taken from?", "analogues"),
    ("Quels produits sont proches de Odette pour la prévision ?", "analogues"),
    ("Which products does Odette look like for the forecast?", "analogues"),
    ("Which products is Lou closest to for the forecast?", "analogues"),
    ("Which products is Lou like for the forecast?", "analogues"),
    ("Quels produits ressemblent à Odette ?", "like"),
    ("Which products are similar to Odette?", "like"),
    ("Which products have the highest forecast?", "forecast"),
    ("Et si la demande de produits semblables doublait ?", "scenario"),
    ("Bonjour", "greeting"),
    ("Bonjour, combien de robes ?", "stock"),
    ("merci !", "thanks"),
    ("zzz", None),
]


@pytest.mark.parametrize(("text", "intent"), CASES)
def test_intents(text: str, intent: str | None) -> None:
    assert intent_of(text).intent == intent


def test_a_hint_is_not_clear_and_a_word_for_it_is() -> None:
    assert not intent_of("combien ?").clear
    assert intent_of("stock ?").clear

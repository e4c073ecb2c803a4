"""Streets without a number: replaced where somebody lives there, left where shops are and in talk of fashion."""

from __future__ import annotations

import pytest

from ingestion.pseudonymise.detector import Detector
from tests.ingestion.raw_posts import LANGUAGES

DETECTOR = Detector(LANGUAGES)


def addresses(text: str, language: str, *, every_kind: bool = False) -> list[str]:
    spans = DETECTOR.find(text, language, every_kind=every_kind)
    return [text[span.start : span.end] for span in spans if span.kind == "STREET_ADDRESS"]


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("I live on Baker Street", "Baker Street"),
        ("I live on Baker Street.", "Baker Street"),
        ("we live just off Portobello Road and love it", "Portobello Road"),
        ("my flat is on Holland Park Avenue", "Holland Park Avenue"),
        ("My address is Elm Grove Lane", "Elm Grove Lane"),
        ("i live on baker street, the size is fine", "baker street"),
        ("my sister lives in London, on Abbey Road", "Abbey Road"),
        ("I moved to Sycamore Drive last week", "Sycamore Drive"),
        ("the parcel went to Baker Street, where I live", "Baker Street"),
        ("left it on Mulberry Lane near my flat", "Mulberry Lane"),
        ("I'm living at Acacia Avenue", "Acacia Avenue"),
        ("j'habite rue de la Paix", "rue de la Paix"),
        ("J'habite à Paris, rue des Martyrs, et", "rue des Martyrs"),
        ("j’habite rue de la paix", "rue de la paix"),
        ("mon appartement est avenue Montaigne", "avenue Montaigne"),
        ("mon adresse : rue Victor Hugo", "rue Victor Hugo"),
        ("nous habitons place des Vosges", "place des Vosges"),
        ("Je vis rue Sainte-Catherine à Bordeaux", "rue Sainte-Catherine"),
        ("livré chez moi, rue Lepic", "rue Lepic"),
        ("j'habite au bout de la rue Mouffetard", "rue Mouffetard"),
        ("le relais est rue Oberkampf, près de chez moi", "rue Oberkampf"),
        ("ich wohne in der Goethestraße", "Goethestraße"),
        ("Ich wohne in Berlin in der Kastanienallee", "Kastanienallee"),
        ("wir wohnen am Savignyplatz", "Savignyplatz"),
        ("meine Wohnung ist in der Berliner Straße", "Berliner Straße"),
        ("ich wohne in der goethestraße", "goethestraße"),
        ("meine Adresse: Lindenweg", "Lindenweg"),
        ("abito in via Garibaldi", "via Garibaldi"),
        ("Io abito a Milano in via Torino", "via Torino"),
        ("vivo in Corso Buenos Aires", "Corso Buenos Aires"),
        ("il mio indirizzo è via dei Mille", "via dei Mille"),
        ("casa mia è in viale Monza", "viale Monza"),
        ("vivo en la calle Mayor", "calle Mayor"),
        ("yo vivo en Madrid, en la calle Serrano", "calle Serrano"),
        ("mi casa está en la avenida de América", "avenida de América"),
        ("mi dirección es calle Alcalá", "calle Alcalá"),
        ("vivimos en el paseo de la Castellana", "paseo de la Castellana"),
    ],
)
def test_a_street_that_somebody_lives_on_is_replaced(text: str, street: str) -> None:
    assert addresses(text, "en") == [street]
    assert addresses(text, "en", every_kind=True) == [street], "the hint must let through what the patterns find"


@pytest.mark.parametrize(
    "text",
    [
        "the boutique on Rue Saint-Honoré",
        "Regent Street sale",
        "street style is back",
        "I live in street style looks",
        "I live for the Regent Street sale",
        "I live on high street brands",
        "I live on the street with the best shops",
        "live on a quiet road",
        "I live in these jeans on the road to Rome",
        "living near the boutique on Regent Street is great",
        "I love my Carnaby Street boots",
        "my Bond Street jacket",
        "my Sloane Street style",
        "my place for shoes: the Oxford Street store",
        "we live in a high street world",
        "I live in my Easy Street hoodie",
        "I live in Notting Hill",
        "J'ai acheté mes habits rue Saint-Honoré",
        "une bonne adresse rue de Turenne",
        "la boutique rue de Rivoli",
        "j'habite dans une rue calme",
        "j'habite dans la rue de la boutique",
        "j'habite dans la rue juste derrière",
        "défilé avenue Montaigne",
        "robe vue rue de la Paix",
        "mon manteau rue Cambon",
        "habillée rue de Passy",
        "le chic de la rue",
        "vis ma vie de mannequin place Vendôme",
        "chez nous, la boutique de la rue de Sèvres",
        "der Laden in der Maximilianstraße",
        "ich wohne in einer Einkaufsstraße",
        "Streetstyle auf der Königsallee",
        "ich lebe in meinen Jeans, auf dem Weg zur Arbeit",
        "mein Weg zur Arbeit",
        "wohne auf dem Land",
        "Ho comprato l'abito in via Montenapoleone",
        "un abito in via della Spiga",
        "abito lungo",
        "rosso vivo in via Condotti",
        "il negozio in corso Como",
        "vivo in via di guarigione",
        "la tienda de la calle Serrano",
        "rojo vivo en la calle Fuencarral",
        "moda de la calle",
        "vivo en una calle tranquila",
        "mi vestido de la calle Preciados",
        "vivo con estos zapatos, de camino al trabajo",
        "I live close to the water in terrace dresses",
    ],
)
def test_a_street_in_talk_of_fashion_stays(text: str) -> None:
    assert addresses(text, "en", every_kind=True) == []

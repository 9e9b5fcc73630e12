"""The funding statement and the disclaimer, in whatever language and however broken over lines."""

import pytest

from services.validator.quality import publicity
from services.validator.quality.publicity import compact, has_disclaimer, statements

DISCLAIMERS = {
    "en": "Views and opinions expressed are however those of the author(s) only and do not necessarily reflect those "
    "of the European Union or VIAA. "
    "Neither the European Union nor the granting authority can be held responsible for them.",
    "lv": "Tomēr paustie uzskati un viedokļi ir tikai autora(-u) uzskati un viedokļi un ne vienmēr atspoguļo "
    "Eiropas Savienības vai VIAA uzskatus un viedokļus.",
    "de": "Die geäußerten Ansichten und Meinungen entsprechen jedoch ausschließlich denen des Autors bzw. der Autoren "
    "und spiegeln nicht zwingend die der Europäischen Union wider.",
    "fr": "Les points de vue et avis exprimés n'engagent toutefois que leur(s) auteur(s) et ne reflètent pas "
    "nécessairement ceux de l'Union européenne.",
    "es": "Las opiniones y puntos de vista expresados solo comprometen a su(s) autor(es) y no reflejan necesariamente "
    "los de la Unión Europea.",
    "it": "Le opinioni espresse appartengono, tuttavia, al solo o ai soli autori e non riflettono necessariamente le "
    "opinioni dell'Unione europea.",
    "pl": "Wyrażone poglądy i opinie są jedynie opiniami autora lub autorów i niekoniecznie odzwierciedlają poglądy i "
    "opinie Unii Europejskiej.",
    "lt": "Tačiau išreiškiamas požiūris ir nuomonė yra tik autoriaus (-ių) ir nebūtinai atspindi Europos Sąjungos "
    "požiūrį ir nuomonę.",
    "et": "Avaldatud seisukohad ja arvamused on ainult autori(te) omad ega pruugi kajastada Euroopa Liidu seisukohti.",
    "sl": "Izražena stališča in mnenja so zgolj stališča in mnenja avtorja(-ev) in ni nujno, da odražajo stališča in "
    "mnenja Evropske unije.",
}  # fmt: skip
ALL = (
    "Финансирано от Европейския съюз", "Financováno Evropskou unií", "Finansieret af Den Europæiske Union",
    "Finanziert von der Europäischen Union", "Με τη χρηματοδότηση της Ευρωπαϊκής Ένωσης",
    "Funded by the European Union",
    "Financiado por la Unión Europea", "Rahastanud Euroopa Liit", "Euroopan unionin rahoittama",
    "Financé par l’Union européenne", "Arna chistiú ag an Aontas Eorpach", "Financira Europska unija",
    "Az Európai Unió finanszírozásával", "Finanziato dall'Unione europea", "Finansuojama Europos Sąjungos",
    "Finansē Eiropas Savienība", "Iffinanzjat mill-Unjoni Ewropea", "Gefinancierd door de Europese Unie",
    "Finansowane przez Unię Europejską", "Financiado pela União Europeia", "Finanțat de Uniunea Europeană",
    "Financované Európskou úniou", "Financira Evropska unija", "Finansieras av Europeiska unionen",
)  # fmt: skip
SHARED = (
    "Съфинансирано от Европейския съюз", "Spolufinancováno Evropskou unií", "Medfinansieret af Den Europæiske Union",
    "Kofinanziert von der Europäischen Union", "Με τη συγχρηματοδότηση της Ευρωπαϊκής Ένωσης",
    "Co-funded by the European Union", "Cofinanciado por la Unión Europea", "Kaasrahastanud Euroopa Liit",
    "Euroopan unionin osarahoittama", "Cofinancé par l'Union européenne", "Arna chomhchistiú ag an Aontas Eorpach",
    "Sufinancira Europska unija", "Az Európai Unió társfinanszírozásával", "Cofinanziato dall'Unione europea",
    "Bendrai finansuojama Europos Sąjungos", "Līdzfinansē Eiropas Savienība", "Kofinanzjat mill-Unjoni Ewropea",
    "Medegefinancierd door de Europese Unie", "Dofinansowane przez Unię Europejską",
    "Cofinanciado pela União Europeia", "Cofinanțat de Uniunea Europeană", "Spolufinancované Európskou úniou",
    "Sofinancira Evropska unija", "Medfinansieras av Europeiska unionen",
)  # fmt: skip


def codes(text: str, *, funding: str | None = None, has_emblem: bool = True) -> list[str]:
    letters = compact(text)
    told = publicity.hints(
        statements(letters), disclaimed=has_disclaimer(letters), funding=funding, has_emblem=has_emblem
    )
    return [one.code for one in told]


@pytest.mark.parametrize("statement", ALL)
def test_funded_is_known_in_every_official_language(statement: str) -> None:
    assert statements(compact(f"Guide 2026. {statement}. Riga")) == {"funded"}


@pytest.mark.parametrize("statement", SHARED)
def test_co_funded_is_known_in_every_official_language_and_is_not_taken_for_funded(statement: str) -> None:
    assert statements(compact(f"Guide 2026. {statement}. Riga")) == {"co-funded"}


@pytest.mark.parametrize(
    "text",
    [
        "CO-FUNDED BY THE EUROPEAN UNION", "Co-\nfunded by\nthe Euro-\npean Union", "co‑funded  by the European  Union",
        "Cofunded by the Euro\u00adpean Union", "Co–funded\tby the European\u00a0Union",
        "LIDZFINANSE EIROPAS SAVIENIBA",
    ],
)  # fmt: skip
def test_case_blanks_hyphens_and_accents_hide_no_statement(text: str) -> None:
    assert statements(compact(text)) == {"co-funded"}


@pytest.mark.parametrize(
    "text",
    [
        "The European Union has 27 members.", "Funded by the Ministry of Education of Latvia.",
        "The school is funded by the European Social Fund.", "Finansē Izglītības un zinātnes ministrija.",
        "funded by the European", "We asked what the European Union funded.",
    ],
)  # fmt: skip
def test_talk_of_the_union_or_of_other_funds_is_no_statement(text: str) -> None:
    assert statements(compact(text)) == set()


@pytest.mark.parametrize("text", DISCLAIMERS.values(), ids=DISCLAIMERS.keys())
def test_the_disclaimer_is_known_also_without_case_and_with_hyphens(text: str) -> None:
    broken = text[:30] + "-\n" + text[30:]

    assert has_disclaimer(compact(f"Words before. {broken.upper()} Words behind."))


@pytest.mark.parametrize(
    "text",
    [
        "The authors reflect on the European Union and its schools.",
        "Pupils gave their views and opinions on the project.",
        "Views and opinions of pupils. " + "Text. " * 200 + "The author and the European Union reflect.",
        "Autora viedokļi par skolu. Eiropas Savienības karogs.",
        "Die Autoren danken der Europäischen Union.",
    ],
)
def test_views_and_authors_elsewhere_are_no_disclaimer(text: str) -> None:
    assert not has_disclaimer(compact(text))


def test_what_is_missing_is_told() -> None:
    whole = f"Co-funded by the European Union. {DISCLAIMERS['en']}"

    assert codes(whole) == []
    assert codes("A guide.", has_emblem=False) == ["funding-statement-missing", "disclaimer-missing"]
    assert codes("A guide.", has_emblem=True) == ["funding-statement-in-picture", "disclaimer-missing"]


def test_the_other_kind_of_funding_is_told_only_when_the_right_one_is_absent() -> None:
    assert codes(f"Funded by the European Union. {DISCLAIMERS['en']}", funding="co-funded") == [
        "funding-statement-other"
    ]
    assert (
        codes(
            f"Co-funded by the European Union. Funded by the European Union. {DISCLAIMERS['en']}", funding="co-funded"
        )
        == []
    )

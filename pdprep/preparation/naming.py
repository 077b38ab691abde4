"""What people call the columns that become fields: words, alone or with an ending such as ``id``.

A name fits as a whole or not at all: ``fullVisitorId`` is a user, ``user_agent`` and ``user_rating`` are not.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

# What Polars adds to a name that stands twice, and what pandas calls a column without one.
ADDED: Final = re.compile(r"_duplicated_\d+$|^Unnamed: \d+$")
_TYPED: Final = re.compile(r":(?:token|float)(?:_seq)?$")  # of RecBole's atomic files
# Objects that hold the fields of an event, of which they say nothing.
_HOLDERS: Final = re.compile(
    "propert(?:y|ies)|props|context|data|payload|events?|attributes|attrs|fields|params|parameters|source|record"
    "|details?|body|traits|message|ecommerce|hit|value"
)
_BEFORE: Final = (
    "(?:full|unique|app|web|site|end|anon|anonymous|pseudo|hashed|encrypted|external|internal|global|original"
    "|orig|raw|dim|fact|fk|src|source|target|crm|loyalty|registered|canonical|primary|parent|catalog|master"
    "|current|new|old)*"
)
_ID: Final = (
    "(?:s|id|ids|ident|identifier|key|no|nr|num|number|nummer|code|hash|hashed|sha256|sha1|md5|uuid|guid"
    "|token"
    "|index|idx|pk|sk|fk|ref|reference|pseudo|unique|anonymous|external|internal|int|str|global|encoded|enc"
    "|masked|x|y)*"
)
_USERS: Final = (
    "user|usr|uid|utilisateur|usuario|utente|benutzer|nutzer|gebruiker|nguoidung",
    "customer|cust|kunde|kunden|client|cliente|klant|klient|clnt|kund",
    "member|account|acct|acc|profile|subscriber|subscription|reviewer|rater|buyer|shopper|purchaser|consumer"
    "|viewer|listener|reader|watcher|player|gamer|student|learner|patron|borrower|critic|person|people|party"
    "|contact|household|hh|panelist|respondent|passenger|traveler|traveller|rider|guest|fan|follower"
    "|contributor|commenter|voter|msno|puid|muid|cuid|gaid|customerunique|employee|staff|worker|donor|citizen"
    "|besucher|käufer|kaeufer|mitglied|membre|acheteur|comprador|socio|member",
    "visitor|anonymous|anon|cookie|distinct|amplitude|mpid|ajs|ga|idfa|(?:device|browser)(?:id|uuid|key)"
    "|domainuser|networkuser"
    "|fingerprint|swid|ecid|mcvisid|uu",
    "author|username|userlogin|login|screenname|nickname|handle|owner|nick",
    "session|sess|sid|visit|sessions|basket|queryid|gasession",
    "email|emailaddress|mail|useremail|customeremail",
    "u",
)
_ITEMS: Final = (
    "item|itm",
    "product|prod|sku|parentasin|stockcode|stockitem|article|artikel|art|variant|listing|goods|produkt"
    "|producto|produit|prodotto"
    "|articulo|articolo|merchandise|material|lineitemsku|variantsku|offer",
    "asin|ean|gtin|upc|isbn|isbn10|isbn13|imdb|tmdb|tconst|mal|musicbrainz|mbid|trackmbid|spotifytrack|ware",
    "movie|film|video|show|series|episode|program|programme|serie|anime|manga|book|comic|game|track|song"
    "|recording"
    "|podcast|audiobook|recipe|course|lecture|news|story|post|paper|publication|document|doc|content|asset"
    "|media"
    "|clip|stream|channel|photo|picture|image|pin|creative|ad|aid|business|restaurant|venue|poi|place|hotel"
    "|property|accommodation|apartment|destination|attraction|joke|beer|wine|dish|meal|perfume|vehicle|car"
    "|job"
    "|jobposting|vacancy|question|problem|quiz|exercise|thread|topic|repo|repository|project|app"
    "|application|bundle"
    "|package|plant|fund|deal|coupon|gift|pet|outfit|dress|look|magazine|webinar|livestream|vid|gmap|biz"
    "|buch|titel|livre|libro|pelicula|lied|chanson|cancion|noticia",
    "album|artist|art|playlist|artid|traid|release|band|subreddit|group|community|merchant|store|shop"
    "|location",
    "page|pagepath|url|uri|pageurl|path|slug|permalink|landingpage|pagelocation|pagetitle|request",
    "title|(?:product|movie|film|book|track|song|game|item|artist)(?:title|name)",
    "i|iid|pid|mid|vid|bid",
)
_ACTIONS: Final = ("action|nextbestaction|nba", "offer|promotion|promo|campaign|coupon|treatment|program")
_COUNTED: Final = r"(?!(?:page|track|episode|session|visit|chapter|disc|question)(?:no|nr|num|number|index)$)"
_KINDS: Final = (
    "(?:user|customer|client|site)?(?:eventtype|eventname|eventaction|eventcategory|eventlabel|event)",
    "(?:user|customer|client)?(?:interaction|action|behavior|behaviour|activity|feedback|engagement"
    "|operation|verb"
    "|conversion|signal|reaction|hit|touch)(?:type|name|kind|category|code|class|label)?",
    "type|kind|typ|art|evento|ereignis|aktion|accion",
    "(?:transaction|purchase|order|log|message|record)(?:type|kind|action)",
)
_NOT_RATED: Final = "(?!.*(?:avg|average|mean|count|total|num|max|min|std|weighted|version))"
_AMOUNTS: Final = (
    "eventvalue",
    f"{_NOT_RATED}(?:.*)(?:rating|ratings|stars|star|score|scores)",
    "overall|note|rate|bewertung|grade|vote|preference|pref",
    "value|weight|strength|watchratio|playratio|completion|progress|percentwatched",
    "plays|playcount|playscount|playtime|listens|listencount|scrobbles|minuteswatched|watchtime"
    "|watchduration|watched"
    "|dwelltime|dwell|clicks|hours|hoursplayed|views|times",
    "(?:unit|item|product|sale|sales|purchase|paid|total|net|gross|lineitem|order)*"
    "(?:price|amount|revenue|sales|spend|preis|betrag|prix|precio|cost|total|payment)(?:eur|usd|paid|value)?",
    "(?:item|product|order|lineitem)?(?:quantity|qty|menge|anzahl|units|cantidad|quantite)(?:sold|ordered)?",
)
_WORDS: Final[Mapping[str, Sequence[str]]] = {
    "EVENT_TYPE": _KINDS,
    "EVENT_VALUE": _AMOUNTS,
    "CREATION_TIMESTAMP": (
        "(?:item|product|record)?(?:creationtimestamp|creationtime|creationdate|createdat|created"
        "|createdon|datecreated"
        "|createddate|createtime|createdtime)",
        "(?:date)?(?:added|dateadded|addedat|addedon|listed|listedat|listingdate|launched|launchdate|launch"
        "|onlinesince|firstavailable|datefirstavailable|firstseen|introduced)",
        "(?:movie|film|video|game|original|initial|first)?(?:released|releasedate|releasetime|datereleased"
        "|premiere"
        "|premiered|publishedat|published|publishdate|pubdate|publicationdate|publishtime"
        "|dateofpublication|airdate"
        "|timestamp|date|erschienen)",
    ),
    "GENRES": ("genres?", "genrenames?|listedin|categor(?:y|ies)|categorynames?"),
    "CATEGORY_L1": (
        "categoryl1|category1|(?:main|top|root|product|item|l1|master|primary)categor(?:y|ies)(?:name)?",
        "categor(?:y|ies)|categorynames?|kategorien?|department|departmentname|section|productgroup"
        "|productgroupname"
        "|producttype|producttypename|warengruppe|rayon",
    ),
    "PRICE": (
        "price",
        "(?:list|unit|sale|sales|retail|regular|base|current|item|product)price|preis|prix|precio|amount|cost|msrp",
    ),
    "PRODUCT_DESCRIPTION": (
        "(?:product|item|long|full|detail|short|movie)?(?:description|desc|descr)",
        "details|detaildesc|overview|plot|synopsis|summary|about|body|bodyhtml|features|beschreibung"
        "|storyline|abstract",
    ),
    "DURATION": ("duration(?:seconds|minutes|ms)?|runtime(?:minutes)?|length|laufzeit",),
    "AVERAGE_RATING": ("(?:average|avg|mean|imdb|user)?(?:rating|score|stars)|voteaverage",),
    "SESSION_ID": ("session|sessionid|sid|visitid|gasessionid|sessionkey|sessid",),
    "EVENT_ID": ("eventid|eventuuid|messageid|insertid",),
    "IMPRESSION": ("impressions?|impressionlist|itemsshown|shownitems|shown|displayed",),
    "SUBSCRIPTION_MODEL": ("subscriptionmodel|subscriptiontype|subscription|plan|plantype|membership|tier",),
    "GENDER": ("gender|sex|targetgender",),
    "AGE_GROUP": ("agegroup|targetagegroup|agerange|ageband",),
    "ADULT": ("adult|isadult|mature",),
    "CONTENT_OWNER": ("contentowner|studio|network|publisher|productioncompany",),
    "CONTENT_CLASSIFICATION": ("(?:content|mpaa|maturity)(?:classification|rating)|certification|mpaa",),
}  # fmt: skip
_TIMES: Final = (
    "timestamp|ts|time|datetime|eventtimestamp|eventtime|eventdatetime|eventts|unixtime"
    "|unixtimestamp|epoch"
    "|unixts|tstamp|timestmp|timestampms|timems|tsms|eventtimems|occurredat|occurred|happenedat"
    "|datetimeutc|utc",
    "(?:.*)(?:order|invoice|purchase|transaction|trans|review|rating|rated|visit|click|view|watch|play"
    "|listen|server|local"
    "|log|session|interaction|action|activity|created|create|creation|request|hit|checkin|tdat|added|paid"
    "|sale|sales|bought"
    "|ordered|viewed|watched|played|read|collector|derived|received|processed|start|started|begin|publish"
    "|posted|sent"
    "|submission|submitted|comment|vote|observed|dvce|scrobble|uts)(?:.*)",
    "(?:.*)(?:timestamp|time|date|dat|day|when|at|on|dt|datum|fecha|zeit|zeitpunkt|zeitstempel|moment|tag"
    "|jour|hora|utc"
    "|epoch|data|dia|ms)",
    "t",
)
_NEVER: Final = re.compile(
    r"birth|dob$|born|releas|expir|geburt|premier|pubdate|publication|validuntil|validto|founded"
)
_LATER: Final = re.compile(
    r"updat|modif|delet|end(?:ed)?(?:at|time|date)?$|deliver|ship|estimat|approv|cancel|refund|due|signup|register"
    r"|joined|yelping|lastseen|lastlogin|limit|load|ingest|crawl|scrap"
)
_TYPO: Final = 0.85  # how alike a misspelt name is at least


def bare(name: str) -> str:
    """Return a name without case, signs and the type that RecBole writes behind it.

    >>> bare("User-ID"), bare("user_id:token"), bare("fullVisitorId")
    ('userid', 'userid', 'fullvisitorid')
    """
    text = unicodedata.normalize("NFKC", untyped(name))
    return "".join(each for each in text.lower() if each.isalnum())


def untyped(name: str) -> str:
    """Return a name without the type that RecBole writes behind it."""
    return _TYPED.sub("", name.strip())


def may_be_moment(name: str) -> bool:
    """Say whether a column of moments may be those of events, and no birthdays or releases."""
    return not _NEVER.search(bare(name))


def is_address(name: str) -> bool:
    """Say whether a column holds addresses by its name: pages can be items."""
    return bool(re.search(r"url|uri|page|link|path|slug", bare(name)))


def rank(field: str, column: str, dataset: str) -> int | None:
    """Return how usual a column's name is for a field, 0 the most; None where it is none.

    Args:
        field: The field.
        column: The column; fields of objects are joined by points.
        dataset: The dataset type, of which a bare ``id`` is the id.

    >>> rank("USER_ID", "uid", "interactions"), rank("USER_ID", "user_agent", "interactions")
    (1, None)
    """
    parts = [bare(part) for part in column.split(".")]
    held = parts[:-1] and all(_HOLDERS.fullmatch(part) for part in parts[:-1])
    for name in (bare(column), parts[-1]) if held else (bare(column),):
        for place, pattern in enumerate(_patterns(field, dataset)):
            if name and pattern.fullmatch(name):
                return place if field != "TIMESTAMP" else _time_rank(name, place)
    return None


def usual(names: Iterable[str], columns: Sequence[str], dataset: str) -> dict[str, str]:
    """Find the columns that bear a usual name of a field, each for the field that it fits best.

    >>> usual(["USER_ID", "EVENT_VALUE"], ["uid", "rating", "raking"], "interactions")
    {'USER_ID': 'uid', 'EVENT_VALUE': 'rating'}
    """
    found: dict[str, str] = {}
    for name in names:
        free = [column for column in columns if column not in found.values()]
        best = candidates(name, free, dataset)
        if best:
            found[name] = best[0]
    return found


def candidates(field: str, columns: Sequence[str], dataset: str) -> list[str]:
    """Return the columns whose names are usual for a field, the most usual first."""
    ranked = [(place, column) for column in columns if (place := rank(field, column, dataset)) is not None]
    return [column for _, column in sorted(ranked, key=lambda each: each[0])]


def misspelt(field: str, columns: Sequence[str]) -> str | None:
    """Return the column whose name is a letter off the field's."""
    by_name = {bare(column): column for column in reversed(columns)}
    close = difflib.get_close_matches(bare(field), by_name, n=1, cutoff=_TYPO)
    return by_name[close[0]] if close else None


def _time_rank(name: str, place: int) -> int | None:
    if _NEVER.search(name):
        return None
    return place + len(_TIMES) if _LATER.search(name) else place


@cache
def _patterns(field: str, dataset: str) -> tuple[re.Pattern[str], ...]:
    own = bare(field)
    if field in ("USER_ID", "ITEM_ID", "ACTION_ID"):
        words = {"USER_ID": _USERS, "ITEM_ID": _ITEMS, "ACTION_ID": _ACTIONS}[field]
        key = {"users": "USER_ID", "items": "ITEM_ID", "actions": "ACTION_ID", "interactions": "ITEM_ID"}
        last = ["id|ids|identifier|pk"] if key.get(dataset) == field else []
        first = [own, *(f"{_COUNTED}{_BEFORE}(?:{each}){_ID}" for each in words)]
        # A catalogue's own id comes before titles and artists; that of a row of events is the last resort.
        texts = [*first, *last] if dataset == "interactions" else [*first[:2], *last, *first[2:]]
    else:
        texts = [own, *(_TIMES if field == "TIMESTAMP" else _WORDS.get(field, ()))]
    return tuple(re.compile(text) for text in texts)

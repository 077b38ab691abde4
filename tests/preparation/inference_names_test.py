"""Columns are found by the names that public data gives them, and never against their values."""

from __future__ import annotations

from random import Random
from typing import Final

import polars as pl
import pytest

from pdprep import infer_contract

N: Final = 200
_DRAW: Final = Random(7)
USERS: Final = [f"u{_DRAW.randrange(40)}" for _ in range(N)]
ITEMS: Final = [f"i{_DRAW.randrange(60)}" for _ in range(N)]
SECONDS: Final = [1_600_000_000 + 977 * n for n in range(N)]
KINDS: Final = [_DRAW.choice(["view", "cart", "buy"]) for _ in range(N)]
STARS: Final = [_DRAW.choice([1.0, 2.5, 4.0, 5.0]) for _ in range(N)]

# From MovieLens, Amazon Reviews, Yelp, Goodreads, Last.fm, H&M, Online Retail, Olist, Instacart, OTTO,
# Retailrocket, YooChoose, Diginetica, Taobao, MIND, Book-Crossing, MyAnimeList, Netflix, Steam, KKBox,
# and from trackers and exports: Google Analytics, Segment, Snowplow, Amplitude, Mixpanel, Shopify, Magento.
TIMES: Final = (
    "timestamp", "Timestamp", "ts", "time", "date", "datetime", "created_at", "createdAt", "event_time",
    "eventTime", "event_timestamp", "eventTimestamp", "occurred_at", "when", "unixReviewTime",
    "InvoiceDate", "order_date", "order_purchase_timestamp", "t_dat", "visitStartTime", "visit_date",
    "unix_time", "unixtime", "time_stamp", "timestamp_ms", "collector_tstamp", "derived_tstamp",
    "dvce_created_tstamp", "server_time", "originalTimestamp", "received_at", "sent_at", "review_date",
    "rated_at", "date_added", "purchase_date", "purchaseDate", "transaction_date", "TransactionDate",
    "Paid at", "Created at", "listened_at", "played_at", "uts", "log_time", "hit_time", "eventdate",
    "start_time", "click_time", "reviewTime", "submission_date", "CreationDate", "utc_time",
    "session_start", "checkin_time", "_time",
)  # fmt: skip
USER_NAMES: Final = (
    "user", "userId", "userid", "user_id", "UserID", "User-ID", "uid", "uuid", "customer", "customer_id",
    "customerId", "CustomerID", "Customer ID", "customer_unique_id", "cust_id", "CustomerKey",
    "customer_number", "client", "client_id", "clientid", "clnt_id", "visitor", "visitorid", "visitor_id",
    "fullVisitorId", "domain_userid", "network_userid", "user_pseudo_id", "anonymousId", "anonymous_id",
    "distinct_id", "member", "member_id", "memberId", "account", "account_id", "accountId", "profile",
    "profile_id", "reviewerID", "reviewer_id", "subscriber_id", "msno", "household_key", "person_id",
    "player_id", "shopper_id", "buyer_id", "viewer_id", "listener_id", "session", "session_id", "sessionId",
    "SessionId", "cookie_id", "device_id", "Kunde", "Kundennummer", "KundenID", "cliente_id", "Email",
    "username", "user_name", "author_id", "user_id:token", "user.id", "hashed_user_id", "external_id_user",
    "CustID", "user_key",
)  # fmt: skip
ITEM_NAMES: Final = (
    "item", "itemId", "itemid", "item_id", "ItemID", "item_id:token", "product", "product_id", "productId",
    "ProductID", "Product ID", "product_sku", "sku", "SKU", "Lineitem sku", "variant_id", "StockCode",
    "stock_code", "asin", "parent_asin", "article_id", "articleId", "article", "Artikel", "Artikelnummer",
    "movieId", "movie_id", "MovieID", "film_id", "video_id", "videoId", "vid", "show_id", "series_id",
    "episode_id", "anime_id", "isbn", "ISBN", "book_id", "business_id", "gmap_id", "track_id", "track",
    "artist", "artist_id", "artistID", "song_id", "song", "playlist_id", "content_id", "contentId",
    "news_id", "newsId", "story_id", "page", "page_path", "pageId", "aid", "ad_id", "adgroup_id",
    "recipe_id", "course_id", "game_id", "app_id", "appid", "job_id", "restaurant_id", "venue_id", "poi_id",
    "hotel_id", "listing_id", "property_id", "offer_id", "beer_beerid", "beer_id", "joke_id", "gtin", "ean",
    "upc", "post_id", "photo_id", "podcast_id", "recording_msid", "material_number", "product.id",
    "properties.sku", "prod_id", "iid",
)  # fmt: skip
TYPES: Final = (
    "event", "type", "action", "behavior", "behaviour", "event_type", "eventType", "event_name",
    "eventName", "behavior_type", "action_type", "interaction_type", "interaction", "activity",
    "event_action", "EventType", "user_action", "kind", "verb", "activity_type", "Typ",
)  # fmt: skip
VALUES: Final = (
    "rating", "Rating", "stars", "overall", "score", "Book-Rating", "review_score", "rating:float", "value",
    "weight", "price", "Price", "UnitPrice", "unit_price", "sale_price", "amount", "revenue", "quantity",
    "Quantity", "qty", "order_quantity", "total_price", "playcount", "plays", "watch_ratio", "hours",
    "listen_count", "review_stars", "user_rating", "my_score",
)  # fmt: skip
LEAST: Final = 0.9


def events(**more: object) -> pl.DataFrame:
    return pl.DataFrame({"USER_ID": USERS, "ITEM_ID": ITEMS, "TIMESTAMP": SECONDS} | more)


def found(field: str, name: str, values: list[object]) -> bool:
    """Put a column of that name among others, under a name that says nothing for those of other fields."""
    first, *rest = name.split(".")
    column = pl.Series(name, values)
    if rest:
        column = column.alias(rest[0]).to_frame().to_struct(first)
    frame = events(colour=["red", "blue"] * (N // 2), user_agent=["Firefox", "Safari"] * (N // 2))
    frame = frame.drop(field, strict=False).with_columns(column.alias(first))
    return infer_contract(frame, "interactions").columns.get(field) == name


@pytest.mark.parametrize(
    ("field", "names", "values", "least"),
    [
        ("TIMESTAMP", TIMES, SECONDS, 30),
        ("USER_ID", USER_NAMES, USERS, 40),
        ("ITEM_ID", ITEM_NAMES, ITEMS, 45),
        ("EVENT_TYPE", TYPES, KINDS, 15),
        ("EVENT_VALUE", VALUES, STARS, 20),
    ],
)
def test_field_f_nine_of_ten_usual_names_are_found(
    field: str, names: tuple[str, ...], values: list[object], least: int
) -> None:
    assert len(set(names)) == len(names) >= least
    missed = [name for name in names if not found(field, name, values)]
    assert len(missed) <= (1 - LEAST) * len(names), missed


@pytest.mark.parametrize(
    "name",
    [
        "user_agent",
        "user_rating",
        "userCity",
        "user_age",
        "customer_segment",
        "session_length",
        "visit_count",
    ],
)
def test_field_f_what_is_said_of_users_is_no_user(name: str) -> None:
    frame = events(**{name: STARS if "rating" in name else KINDS}).drop("USER_ID")
    proposal = infer_contract(frame, "interactions")
    assert "USER_ID" in proposal.missing
    assert proposal.columns.get("USER_ID") is None


@pytest.mark.parametrize(
    "name", ["item_price", "product_name_length", "item_count", "page_number", "track_no", "stock"]
)
def test_field_f_what_is_said_of_items_is_no_item(name: str) -> None:
    frame = events(**{name: [n % 7 for n in range(N)]}).drop("ITEM_ID")
    assert "ITEM_ID" in infer_contract(frame, "interactions").missing


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("user", STARS),
        ("user", [True, False] * (N // 2)),
        ("customer", ["A long text of many words that nobody would take for the id of somebody at all."] * N),
        ("customer", [f"https://example.org/{n}" for n in range(N)]),
        ("time", [n % 86_400 for n in range(N)]),
        ("date", [1990 + n % 30 for n in range(N)]),
        ("when", KINDS),
        ("event", SECONDS),
        ("type", [f"t{n}" for n in range(N)]),
        ("rating", KINDS),
    ],
)
def test_field_f_a_name_is_never_stretched_against_its_values(name: str, values: list[object]) -> None:
    frame = events().drop("USER_ID", "TIMESTAMP").with_columns(pl.Series(name, values, strict=False))
    taken = infer_contract(frame, "interactions").columns
    assert name not in {column for field, column in taken.items() if (field, name) != ("TIMESTAMP", "event")}

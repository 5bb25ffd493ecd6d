-- The catalogue and the reviews, laid out as questions and answers are: every primary key leads
-- with `product_id`, and rows arrive in its order.

-- The catalogue: only an import changes it. Prices are in hundredths.

CREATE TABLE products (
    product_id    bigint NOT NULL,
    default_price bigint NOT NULL,
    name          text   NOT NULL,
    slogan        text   NOT NULL,
    description   text   NOT NULL,
    category      text   NOT NULL,
    CONSTRAINT products_pkey PRIMARY KEY (product_id)
);

CREATE TABLE styles (
    product_id     bigint  NOT NULL,
    style_id       bigint  NOT NULL,
    original_price bigint  NOT NULL,
    sale_price     bigint,
    is_default     boolean NOT NULL,
    name           text    NOT NULL,
    CONSTRAINT styles_pkey PRIMARY KEY (product_id, style_id)
);

CREATE TABLE features (
    product_id bigint NOT NULL,
    feature_id bigint NOT NULL,
    feature    text   NOT NULL,
    value      text,
    CONSTRAINT features_pkey PRIMARY KEY (product_id, feature_id)
);

CREATE TABLE style_photos (
    product_id    bigint NOT NULL,
    photo_id      bigint NOT NULL,
    style_id      bigint NOT NULL,
    url           text   NOT NULL,
    thumbnail_url text   NOT NULL,
    CONSTRAINT style_photos_pkey PRIMARY KEY (product_id, photo_id)
);

CREATE TABLE skus (
    product_id bigint NOT NULL,
    sku_id     bigint NOT NULL,
    style_id   bigint NOT NULL,
    quantity   bigint NOT NULL,
    size       text   NOT NULL,
    CONSTRAINT skus_pkey PRIMARY KEY (product_id, sku_id)
);

CREATE TABLE related_products (
    product_id         bigint  NOT NULL,
    position           bigint  NOT NULL, -- ascends with the rows of the file
    relation_id        bigint  NOT NULL,
    related_product_id bigint  NOT NULL,
    is_shown           boolean NOT NULL, -- it is in the catalogue, another product, and in no earlier row
    CONSTRAINT related_products_pkey PRIMARY KEY (product_id, position)
);

-- The reviews. state: 0 published, 1 pending, 2 rejected, 3 hidden; revision grows with every
-- change of it. Shown are helpful - withdrawn votes.

CREATE TABLE reviews (
    product_id bigint      NOT NULL,
    review_id  bigint      NOT NULL,
    written_at timestamptz NOT NULL,
    helpful    bigint      NOT NULL DEFAULT 0 CHECK (helpful BETWEEN 0 AND 4294967295),
    withdrawn  bigint      NOT NULL DEFAULT 0 CHECK (withdrawn BETWEEN 0 AND 4294967295),
    rating     smallint    NOT NULL,
    state      smallint    NOT NULL DEFAULT 0,
    revision   integer     NOT NULL DEFAULT 0,
    recommend  boolean     NOT NULL,
    summary    text        NOT NULL,
    body       text        NOT NULL,
    name       text        NOT NULL,
    email      text        NOT NULL,
    response   text,
    CONSTRAINT reviews_pkey PRIMARY KEY (product_id, review_id)
) WITH (fillfactor = 90);

-- The routes that name only a review find it here.
CREATE INDEX reviews_review_id ON reviews (review_id);

CREATE TABLE review_photos (
    product_id bigint NOT NULL,
    photo_id   bigint NOT NULL,
    review_id  bigint NOT NULL,
    url        text   NOT NULL,
    CONSTRAINT review_photos_pkey PRIMARY KEY (product_id, photo_id)
);

CREATE TABLE characteristics (
    product_id        bigint NOT NULL,
    characteristic_id bigint NOT NULL,
    name              text   NOT NULL,
    CONSTRAINT characteristics_pkey PRIMARY KEY (product_id, characteristic_id)
);

CREATE TABLE characteristic_ratings (
    product_id        bigint   NOT NULL,
    review_id         bigint   NOT NULL,
    rating_id         bigint   NOT NULL,
    characteristic_id bigint   NOT NULL,
    stars             smallint NOT NULL,
    CONSTRAINT characteristic_ratings_pkey PRIMARY KEY (product_id, review_id, rating_id)
);

-- What published reviews gave to a characteristic. Every write keeps it up, and `atelier check`
-- adds up again.
CREATE TABLE characteristic_sums (
    product_id        bigint NOT NULL,
    characteristic_id bigint NOT NULL,
    stars             bigint NOT NULL,
    ratings           bigint NOT NULL,
    CONSTRAINT characteristic_sums_pkey PRIMARY KEY (product_id, characteristic_id)
) WITH (fillfactor = 90);

-- When a set was imported.
CREATE TABLE imports (
    set_name    text        NOT NULL CONSTRAINT imports_pkey PRIMARY KEY,
    imported_at timestamptz NOT NULL
);

CREATE SEQUENCE review_ids MAXVALUE 9007199254740991;
CREATE SEQUENCE review_photo_ids MAXVALUE 9007199254740991;
CREATE SEQUENCE rating_ids MAXVALUE 9007199254740991;

ALTER TABLE submissions ADD COLUMN review_id bigint;

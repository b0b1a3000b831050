-- What a person lets their own keys cost, and what a call may cost at most while nobody has said.

-- amount is tokens or nano-dollars. The period that is counted began at starts_at, in this zone: another zone of the
-- person's counts from the next one.
CREATE TABLE budgets (
    user_id     uuid         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    period      varchar(5)   NOT NULL,
    unit        varchar(6)   NOT NULL,
    amount      bigint       NOT NULL CHECK (amount > 0),
    is_hard     boolean      NOT NULL,
    zone        text         NOT NULL,
    starts_at   timestamptz  NOT NULL,
    updated_at  timestamptz  NOT NULL,
    PRIMARY KEY (user_id, period, unit)
);

-- What was told of a budget in one period: once each.
CREATE TABLE budget_alerts (
    user_id    uuid         NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    period     varchar(5)   NOT NULL,
    unit       varchar(6)   NOT NULL,
    starts_at  timestamptz  NOT NULL,
    percent    bigint       NOT NULL,
    PRIMARY KEY (user_id, period, unit, starts_at, percent)
);

-- Written at the fence; counts while the call runs, and afterwards until its usage is known.
ALTER TABLE requests ADD COLUMN reserved_tokens bigint;
ALTER TABLE requests ADD COLUMN reserved_nano_usd bigint;

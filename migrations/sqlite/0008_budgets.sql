-- What a person lets their own keys cost, and what a call may cost at most while nobody has said.

-- amount is tokens or nano-dollars. The period that is counted began at starts_at, in this zone: another zone of the
-- person's counts from the next one.
CREATE TABLE budgets (
    user_id     BLOB     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    period      TEXT     NOT NULL,
    unit        TEXT     NOT NULL,
    amount      INTEGER  NOT NULL CHECK (amount > 0),
    is_hard     INTEGER  NOT NULL,
    zone        TEXT     NOT NULL,
    starts_at   TEXT     NOT NULL,
    updated_at  TEXT     NOT NULL,
    PRIMARY KEY (user_id, period, unit)
) STRICT;

-- What was told of a budget in one period: once each.
CREATE TABLE budget_alerts (
    user_id    BLOB     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    period     TEXT     NOT NULL,
    unit       TEXT     NOT NULL,
    starts_at  TEXT     NOT NULL,
    percent    INTEGER  NOT NULL,
    PRIMARY KEY (user_id, period, unit, starts_at, percent)
) STRICT;

-- Written at the fence; counts while the call runs, and afterwards until its usage is known.
ALTER TABLE requests ADD COLUMN reserved_tokens INTEGER;
ALTER TABLE requests ADD COLUMN reserved_nano_usd INTEGER;

use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use shared::{
    clock::SystemClock,
    connect::{ConnectCode, Verifier},
    ids::{DeliveryId, KeyCheckId, UserId},
    model::Provider,
    secret::UserApiKey,
    vault::{CanaryError, MasterKey, MasterKeys, OpenError, SealError, Sealed, Vault},
};

const PROVIDER: Provider = Provider::OpenRouter;
const KEY: &str = "sk-test-0123456789abcdef";
/// What a verifier is made of, here.
const RANDOM: [u8; 32] = [7; 32];

/// The text of a master key, so that a test can use it in several vaults.
fn master() -> String {
    MasterKey::generate().unwrap().to_string()
}

fn vault(current: &str, previous: &[&str]) -> Vault {
    let key = |text: &str| MasterKey::from_text(text).unwrap();
    Vault::new(MasterKeys {
        current: key(current),
        previous: previous.iter().map(|text| key(text)).collect(),
    })
}

fn typed(key: &str) -> UserApiKey {
    UserApiKey::from_typed(key).unwrap()
}

fn user() -> UserId {
    UserId::new(&SystemClock)
}

/// The columns of a row, to change them.
#[derive(Clone)]
struct Row {
    iv: String,
    content: String,
    tag: String,
    key_id: String,
}

impl Row {
    fn of(sealed: &Sealed) -> Self {
        let key_id = sealed.key_id().to_string();
        Self { iv: sealed.iv(), content: sealed.content(), tag: sealed.tag(), key_id }
    }

    fn sealed(&self) -> Sealed {
        Sealed::from_columns(&self.iv, &self.content, &self.tag, &self.key_id).unwrap()
    }
}

/// All texts that differ from this hex text in one bit.
fn flips(text: &str) -> impl Iterator<Item = String> {
    let bytes = hex::decode(text).unwrap();
    (0..bytes.len() * 8).map(move |bit| {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        hex::encode(bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_key_opens_for_its_owner(key in "[!-~&&[^\"'`,;<>]]{8,400}") {
        // a leading "Bearer:" is not part of a key
        prop_assume!(!key.to_lowercase().starts_with("bearer"));
        let (vault, user) = (vault(&master(), &[]), user());
        let sealed = vault.sealer().seal(user, PROVIDER, &typed(&key)).unwrap();
        let stored = Row::of(&sealed).sealed();
        let opened = vault.opener().open(user, PROVIDER, &stored).unwrap();
        prop_assert_eq!(opened.expose(), key);
    }

    #[test]
    fn a_bot_secret_opens_for_its_row(secret in "\\PC{1,256}") {
        let (bot, row) = (vault(&master(), &[]).bot_secrets(), DeliveryId::new(&SystemClock));
        let sealed = bot.seal(row.uuid(), &SecretString::from(secret.as_str())).unwrap();
        let opened = bot.open(row.uuid(), &Row::of(&sealed).sealed()).unwrap();
        prop_assert_eq!(opened.expose_secret(), secret);
    }
}

#[test]
fn a_row_has_the_form_that_the_columns_take() {
    let sealed = vault(&master(), &[]).sealer().seal(user(), PROVIDER, &typed(KEY)).unwrap();
    let row = Row::of(&sealed);
    assert_eq!((row.iv.len(), row.tag.len(), row.key_id.len()), (32, 32, 8));
    assert_eq!(row.content.len(), 2 * KEY.len());
}

#[test]
fn sealing_twice_gives_nothing_in_common() {
    let (sealer, user) = (vault(&master(), &[]).sealer(), user());
    let [one, other] = [(); 2].map(|()| sealer.seal(user, PROVIDER, &typed(KEY)).unwrap());
    assert_ne!(one.iv(), other.iv());
    assert_ne!(one.content(), other.content());
    assert_ne!(one.tag(), other.tag());
}

#[test]
fn no_bit_of_a_row_may_change() {
    let (vault, user) = (vault(&master(), &[]), user());
    let row = Row::of(&vault.sealer().seal(user, PROVIDER, &typed(KEY)).unwrap());
    let ivs = flips(&row.iv).map(|iv| Row { iv, ..row.clone() });
    let contents = flips(&row.content).map(|content| Row { content, ..row.clone() });
    let tags = flips(&row.tag).map(|tag| Row { tag, ..row.clone() });
    let mut tried = 0;
    for changed in ivs.chain(contents).chain(tags) {
        let opened = vault.opener().open(user, PROVIDER, &changed.sealed());
        assert_eq!(opened.err(), Some(OpenError::Tampered));
        tried += 1;
    }
    assert_eq!(tried, 8 * (16 + KEY.len() + 16));
}

#[test]
fn a_row_moved_to_another_user_does_not_open() {
    let (vault, owner, thief) = (vault(&master(), &[]), user(), user());
    let sealed = vault.sealer().seal(owner, PROVIDER, &typed(KEY)).unwrap();
    let opened = vault.opener().open(thief, PROVIDER, &sealed);
    assert_eq!(opened.err(), Some(OpenError::Tampered));
}

#[test]
fn a_row_with_another_key_id_does_not_open() {
    let (old, new) = (master(), master());
    let (before, after, user) = (vault(&old, &[]), vault(&new, &[&old]), user());
    let row = Row::of(&before.sealer().seal(user, PROVIDER, &typed(KEY)).unwrap());
    let relabelled = Row { key_id: after.current_key_id().to_string(), ..row };
    let opened = after.opener().open(user, PROVIDER, &relabelled.sealed());
    assert_eq!(opened.err(), Some(OpenError::Tampered));
}

#[test]
fn what_was_sealed_for_one_purpose_does_not_open_for_another() {
    let (vault, user, check) = (vault(&master(), &[]), user(), KeyCheckId::new(&SystemClock));
    let secret = SecretString::from(KEY);
    let key = vault.sealer().seal(user, PROVIDER, &typed(KEY)).unwrap();
    let verifier = vault.sealer().seal_verifier(user, check, &Verifier::of(&RANDOM)).unwrap();
    let code = ConnectCode::from_typed("auth_code_1").unwrap();
    let code = vault.sealer().seal_code(user, check, &code).unwrap();
    let token = vault.bot_secrets().seal(user.uuid(), &secret).unwrap();
    let worker = vault.opener();

    let opened = worker.open_verifier(user, check, &verifier).unwrap();
    assert_eq!(opened.expose_secret(), Verifier::of(&RANDOM).secret().expose_secret());
    assert_eq!(worker.open_code(user, check, &code).unwrap().expose_secret(), "auth_code_1");
    for other in [&verifier, &code, &token, &vault.seal_canary().unwrap()] {
        assert_eq!(worker.open(user, PROVIDER, other).err(), Some(OpenError::Tampered));
    }
    for other in [&key, &token, &code] {
        assert_eq!(worker.open_verifier(user, check, other).err(), Some(OpenError::Tampered));
    }
    for other in [&key, &token, &verifier] {
        assert_eq!(worker.open_code(user, check, other).err(), Some(OpenError::Tampered));
    }
    for other in [&key, &verifier] {
        let opened = vault.bot_secrets().open(user.uuid(), other);
        assert_eq!(opened.err(), Some(OpenError::Tampered));
    }
}

#[test]
fn a_secret_of_one_row_does_not_open_on_another() {
    let (vault, owner, thief) = (vault(&master(), &[]), user(), user());
    let checks = [(); 2].map(|()| KeyCheckId::new(&SystemClock));
    let secret = SecretString::from("a token");
    let verifier = vault.sealer().seal_verifier(owner, checks[0], &Verifier::of(&RANDOM)).unwrap();
    for (user, check) in [(owner, checks[1]), (thief, checks[0])] {
        let opened = vault.opener().open_verifier(user, check, &verifier);
        assert_eq!(opened.err(), Some(OpenError::Tampered));
    }

    let rows = [(); 2].map(|()| DeliveryId::new(&SystemClock).uuid());
    let token = vault.bot_secrets().seal(rows[0], &secret).unwrap();
    assert_eq!(vault.bot_secrets().open(rows[1], &token).err(), Some(OpenError::Tampered));
}

#[test]
fn a_missing_master_key_is_not_taken_for_tampering() {
    let (ours, theirs, user) = (vault(&master(), &[]), vault(&master(), &[]), user());
    let sealed = ours.sealer().seal(user, PROVIDER, &typed(KEY)).unwrap();
    let unknown = Some(OpenError::UnknownKeyId(ours.current_key_id()));
    assert_eq!(theirs.opener().open(user, PROVIDER, &sealed).err(), unknown);
}

#[test]
fn while_rotating_the_old_key_opens_and_the_new_one_seals() {
    let (old, new) = (master(), master());
    let (before, during, after) = (vault(&old, &[]), vault(&new, &[&old]), vault(&new, &[]));
    let user = user();
    let sealed = before.sealer().seal(user, PROVIDER, &typed(KEY)).unwrap();
    let opened = during.opener().open(user, PROVIDER, &sealed).unwrap();
    assert_eq!(opened.expose(), KEY);

    let resealed = during.sealer().seal(user, PROVIDER, &opened).unwrap();
    assert_eq!(resealed.key_id(), after.current_key_id());
    assert_ne!(resealed.key_id(), sealed.key_id());
    assert_eq!(after.opener().open(user, PROVIDER, &resealed).unwrap().expose(), KEY);
    assert_eq!(during.key_ids(), [after.current_key_id(), before.current_key_id()]);
}

#[test]
fn nothing_and_too_much_are_not_sealed() {
    let bot = vault(&master(), &[]).bot_secrets();
    let seal = |bytes| bot.seal(user().uuid(), &SecretString::from("x".repeat(bytes)));
    assert!(matches!(seal(0), Err(SealError::Length)));
    assert!(matches!(seal(1025), Err(SealError::Length)));
    assert!(seal(1024).is_ok());
}

#[test]
fn a_start_with_another_key_is_told_from_a_changed_canary() {
    let (right, wrong) = (master(), master());
    let ours = vault(&right, &[]);
    let canary = ours.seal_canary().unwrap();
    assert_eq!(ours.check_canary(&canary), Ok(()));
    assert_eq!(vault(&wrong, &[&right]).check_canary(&canary), Ok(()));
    let refused = vault(&wrong, &[]).check_canary(&canary).unwrap_err();
    assert_eq!(refused, CanaryError::WrongKey(ours.current_key_id()));
    assert!(refused.to_string().contains("APP_MASTER_KEY differs"));

    let row = Row::of(&canary);
    for content in flips(&row.content) {
        let changed = Row { content, ..row.clone() };
        assert_eq!(ours.check_canary(&changed.sealed()), Err(CanaryError::Tampered));
    }
}

#[test]
fn equal_keys_have_equal_fingerprints_under_one_master_key_only() {
    let (one, other) = (vault(&master(), &[]), vault(&master(), &[]));
    let fingerprint = |vault: &Vault, key| vault.sealer().fingerprint(PROVIDER, &typed(key));
    assert_eq!(fingerprint(&one, KEY), fingerprint(&one, KEY));
    assert_ne!(fingerprint(&one, KEY), fingerprint(&one, "sk-test-other"));
    assert_ne!(fingerprint(&one, KEY), fingerprint(&other, KEY));
    assert_eq!(fingerprint(&one, KEY).as_str().len(), 32);
}

#[test]
fn a_pseudonym_is_stable_and_leads_back_to_nobody() {
    let (vault, someone, other) = (vault(&master(), &[]), user(), user());
    let pseudonym = |user| vault.opener().pseudonym(user);
    assert_eq!(pseudonym(someone), pseudonym(someone));
    assert_ne!(pseudonym(someone), pseudonym(other));
    assert_eq!(pseudonym(someone).len(), 32);
    assert!(!pseudonym(someone).contains(&someone.uuid().simple().to_string()[..8]));
}

#[test]
fn debug_prints_key_ids_at_most() {
    let text = master();
    let (vault, user) = (vault(&text, &[]), user());
    let id = vault.current_key_id();
    let sealed = vault.sealer().seal(user, PROVIDER, &typed(KEY)).unwrap();
    assert_eq!(format!("{vault:?}"), format!("Vault([{id}])"));
    assert_eq!(format!("{:?}", vault.sealer()), format!("KeySealer({id})"));
    assert_eq!(format!("{:?}", vault.opener()), format!("KeyOpener([{id}])"));
    assert_eq!(format!("{:?}", vault.bot_secrets()), format!("BotSecrets([{id}])"));
    assert_eq!(format!("{sealed:?}"), format!("Sealed(by {id})"));
    let fingerprint = vault.sealer().fingerprint(PROVIDER, &typed(KEY));
    assert_eq!(format!("{fingerprint:?}"), "Fingerprint([redacted])");
    assert!(!text.contains(&id.to_string()));
}

/// Nothing that holds a secret in clear can be copied, printed or serialised.
///
/// Proven by the compiler: a type that had one of these would have two `ANSWER`s for `_`, and this
/// file would not compile.
#[test]
fn secrets_lack_what_would_leak_them() {
    trait Lacks<Marker> {
        const ANSWER: bool = true;
    }
    struct Has<const TRAIT: u8>;
    impl<T> Lacks<()> for T {}
    impl<T: Clone> Lacks<Has<0>> for T {}
    impl<T: std::fmt::Display> Lacks<Has<1>> for T {}
    impl<T: serde::Serialize> Lacks<Has<2>> for T {}

    const { assert!(<UserApiKey as Lacks<_>>::ANSWER) };
    const { assert!(<MasterKey as Lacks<_>>::ANSWER) };
    const { assert!(<MasterKeys as Lacks<_>>::ANSWER) };
    const { assert!(<Vault as Lacks<_>>::ANSWER) };
}

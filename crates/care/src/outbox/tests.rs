//! The promises of the outbox, against servers that do anything.

use super::*;
use crate::{
    calendar::Day,
    clip::{State, tests::clip},
    item::id_of,
    json,
    ports::{Records, memory::MemoryRecords},
};
use futures_executor::block_on;
use proptest::prelude::*;

const LENGTH: u64 = 700_000;

/// The first thing that is asked of a server.
const CREATE: Ask = Ask::Create { length: LENGTH };

fn item() -> OutboxItem {
    OutboxItem {
        profile: ProfileId::first(),
        header: Header {
            item: id_of([1; 16]),
            kit_id: "k".into(),
            kind: Kind::Clip,
            exercise: Some("sit-to-stand".into()),
            mime: "video/webm".into(),
            bytes: 699_000,
            made_ms: 0,
            offset_min: 60,
            words: None,
            sound: false,
        },
        clip: None,
        payload: None,
        upload: Upload {
            url: "u/".into(),
            token: "t".into(),
            recipients: vec!["age1".into()],
            keep_days: 30,
            max_bytes: 1 << 30,
        },
        wish: Wish::Send,
        wifi_only: false,
        keep: false,
        seen_on: None,
        erased_on: None,
        flight: Flight::default(),
    }
}

/// The item and the one who sends it, as one.
struct Sender {
    item: OutboxItem,
    courier: Courier,
    now_ms: i64,
}

impl Sender {
    fn new() -> Self {
        Sender { item: item(), courier: Courier::new(Flight::default()), now_ms: 1_000_000 }
    }

    fn next(&self) -> Next {
        self.courier.next(&self.item, Link::Unknown, self.now_ms)
    }

    fn took(&mut self, ask: Ask, outcome: Outcome) {
        self.courier.took(ask, outcome, self.now_ms, 1000, 0.5);
        self.item.flight = self.courier.flight.clone();
    }

    /// The battery was empty: only the record is left.
    fn killed(&mut self) {
        let again: OutboxItem = json::read(json::write(&self.item).as_bytes()).unwrap();
        assert_eq!(again, self.item);
        self.courier = Courier::new(again.flight);
    }

    /// Waits as long as it has to; what there is to do then, if anything.
    fn due(&mut self) -> Option<Ask> {
        match self.next() {
            Next::Do(ask) => Some(ask),
            Next::Wait(until) => {
                assert!(until - self.now_ms <= MAX_WAIT_MS as i64);
                self.now_ms = until;
                let Next::Do(ask) = self.next() else { panic!("still waiting") };
                Some(ask)
            }
            _ => None,
        }
    }
}

/// What happens to one request.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    /// The request does not get through.
    Lost,
    /// It gets through, the answer does not.
    AnswerLost,
    /// So many thousandths of a piece get through.
    Cut(u64),
    /// The same, and the browser by itself sends the piece again while the server writes.
    Repeated(u64),
    /// A Wi-Fi login page.
    Captive,
    /// This status, from the server itself.
    Status(u16),
    /// The unfinished upload expires first.
    Expires,
    /// The server says another offset than it has.
    Lies(u64),
    /// The phone is killed before the answer.
    Killed,
    /// Its clock is set: milliseconds.
    Clock(i64),
}

fn faults() -> impl Strategy<Value = Fault> {
    prop_oneof![
        3 => Just(Fault::None),
        1 => Just(Fault::Lost),
        1 => Just(Fault::AnswerLost),
        2 => (0..1000u64).prop_map(Fault::Cut),
        1 => (0..1000u64).prop_map(Fault::Repeated),
        1 => Just(Fault::Captive),
        2 => prop::sample::select(vec![404, 408, 409, 410, 423, 429, 460, 500, 502, 503, 507]).prop_map(Fault::Status),
        1 => Just(Fault::Expires),
        1 => (0..2_000_000u64).prop_map(Fault::Lies),
        1 => Just(Fault::Killed),
        1 => (-100_000_000_000..100_000_000_000i64).prop_map(Fault::Clock),
    ]
}

/// A tus server that keeps what it got.
#[derive(Default)]
struct Server {
    /// It is not the clinic's own, and lets two write at once.
    other: bool,
    /// It takes no piece that does not hash to what goes with it.
    checks: Option<Algorithm>,
    offset: Option<u64>,
    complete: bool,
    received: u64,
    /// Bytes that set out to it.
    sent: u64,
    /// Bytes stand there twice.
    spoiled: bool,
}

impl Server {
    fn answers(&mut self, ask: Ask, fault: Fault) -> Outcome {
        let mut done = |share: u64| self.does(ask, share);
        match fault {
            Fault::None | Fault::Clock(_) => Outcome::Answered(done(1000)),
            Fault::Lost => Outcome::Nothing(Held::Offline),
            Fault::AnswerLost | Fault::Killed => {
                done(1000);
                Outcome::Nothing(Held::Offline)
            }
            Fault::Cut(share) => {
                done(share);
                Outcome::Nothing(Held::Offline)
            }
            Fault::Repeated(share) => {
                let before = self.received;
                self.does(ask, share);
                if self.other && self.received > before {
                    self.spoiled = true;
                    return Outcome::Nothing(Held::Offline);
                }
                Outcome::Answered(self.does(ask, 1000))
            }
            Fault::Captive => Outcome::Answered(Answer { status: 200, ..Answer::default() }),
            Fault::Status(status) => {
                if matches!(status, 404 | 410) && !self.complete {
                    self.offset = None;
                }
                Outcome::Answered(Answer { status, tus: true, ..Answer::default() })
            }
            Fault::Expires => {
                if !self.complete {
                    self.offset = None;
                }
                Outcome::Answered(self.does(ask, 1000))
            }
            // Never the full length: that would be the word that we rely on.
            Fault::Lies(offset) if offset != LENGTH && !self.complete => {
                Outcome::Answered(Answer { offset: Some(offset), ..self.does(ask, 0) })
            }
            Fault::Lies(_) => Outcome::Nothing(Held::Offline),
        }
    }

    fn does(&mut self, ask: Ask, share: u64) -> Answer {
        let yes = |status| Answer { status, tus: true, ..Answer::default() };
        match (ask, self.offset) {
            (Ask::Create { length }, _) => {
                assert_eq!(length, LENGTH);
                self.offset.get_or_insert(0);
                Answer { location: Some("https://c.example/u/1".into()), ..yes(201) }
            }
            (Ask::Discover, _) => Answer { checks: self.checks, ..yes(204) },
            (_, None) => yes(404),
            (Ask::Look, Some(offset)) => Answer { offset: Some(offset), length: Some(LENGTH), ..yes(200) },
            (Ask::Send { from, to, checksum }, Some(offset)) => {
                self.sent += to - from;
                assert_eq!(checksum.or(self.checks), self.checks, "a hash that this server does not know");
                if from != offset {
                    return yes(409);
                }
                if checksum.is_some() && share < 1000 {
                    return yes(460);
                }
                let got = (to - from) * share / 1000;
                self.received += got;
                self.offset = Some(offset + got);
                self.complete = offset + got == LENGTH;
                Answer { offset: self.offset, ..yes(204) }
            }
            (Ask::Erase, Some(_)) => {
                self.offset = None;
                yes(204)
            }
            (Ask::Seal, _) => yes(500),
        }
    }
}

/// Sends until nothing is to be done, with these faults first and none afterwards.
fn send(faults: &[Fault]) -> (Sender, Server) {
    send_to(Server::default(), faults)
}

/// The same, to this server.
fn send_to(mut server: Server, faults: &[Fault]) -> (Sender, Server) {
    let mut sender = Sender::new();
    if server.other {
        sender.item.upload.url = "https://c.example/u/".into();
    }
    let mut shown = 0;
    let mut waits = 0;
    for n in 0..faults.len() + 80 {
        let Some(ask) = sender.due() else { break };
        let fault = faults.get(n).copied().unwrap_or(Fault::None);
        if ask == Ask::Seal {
            assert!(sender.item.flight.location.is_none(), "sealed again after its upload began");
            sender.took(ask, Outcome::Sealed(LENGTH));
            continue;
        }
        let outcome = server.answers(ask, fault);
        if matches!(fault, Fault::Killed) {
            sender.killed();
            continue;
        }
        sender.took(ask, outcome);
        if let Fault::Clock(by) = fault {
            sender.now_ms += by;
        }
        let flight = &sender.item.flight;
        assert!(flight.shown >= shown, "the progress went back");
        shown = flight.shown;
        assert_eq!(flight.arrived_ms.is_some(), sender.item.may_go());
        if sender.item.may_go() {
            assert!(server.complete, "said to have arrived, and the server has {:?}", server.offset);
        }
        waits += u32::from(flight.not_before.is_some());
    }
    assert!(waits as usize <= faults.len(), "no wait without a reason");
    (sender, server)
}

proptest! {
    #[test]
    fn an_item_arrives_at_every_server_that_becomes_good_and_never_before(
        faults in prop::collection::vec(faults(), 0..60),
    ) {
        let (sender, server) = send(&faults);
        prop_assert_eq!(sender.item.status(), Status::Arrived);
        prop_assert!(server.complete);
        prop_assert_eq!(sender.item.flight.shown, LENGTH);
    }

    #[test]
    fn an_item_arrives_at_a_server_by_others_too(
        faults in prop::collection::vec(faults(), 0..60),
        checks in prop::sample::select(vec![None, Some(Algorithm::Sha1), Some(Algorithm::Sha256)]),
    ) {
        let (sender, server) = send_to(Server { other: true, checks, ..Server::default() }, &faults);
        prop_assert_eq!(sender.item.status(), Status::Arrived);
        prop_assert!(server.complete);
    }

    #[test]
    fn a_piece_that_is_sent_again_by_itself_spoils_nothing_at_a_server_that_checks(
        shares in prop::collection::vec((0..1000u64, any::<bool>()), 0..40),
    ) {
        let faults: Vec<Fault> = shares
            .into_iter()
            .map(|(share, again)| if again { Fault::Repeated(share) } else { Fault::Cut(share) })
            .collect();
        // It is sealed, has a place, stands at its beginning, and the server has said what it can do.
        let begin = [Fault::None; 4];
        let server = Server { other: true, checks: Some(Algorithm::Sha256), ..Server::default() };
        let (sender, server) = send_to(server, &[&begin, &faults[..]].concat());
        prop_assert_eq!(sender.item.status(), Status::Arrived);
        prop_assert!(!server.spoiled);
        prop_assert_eq!(server.received, LENGTH);
    }

    #[test]
    fn a_cut_costs_at_most_what_was_under_way(shares in prop::collection::vec(0..1000u64, 0..20)) {
        let cuts: Vec<Fault> = shares.into_iter().map(Fault::Cut).collect();
        let (_, server) = send(&cuts);
        prop_assert_eq!(server.received, LENGTH, "a byte was taken twice");
        prop_assert!(server.sent <= LENGTH + cuts.len() as u64 * PIECE_BYTES, "{} bytes set out", server.sent);
    }

    #[test]
    fn only_the_full_length_from_a_tus_server_is_an_arrival(
        answers in prop::collection::vec(
            (0..600u16, any::<bool>(), any::<Option<u64>>(), any::<Option<u64>>(), any::<bool>(), any::<bool>()), 1..80,
        ),
    ) {
        let mut sender = Sender::new();
        sender.took(Ask::Seal, Outcome::Sealed(LENGTH));
        for (status, tus, offset, length, located, full) in answers {
            let Some(ask) = sender.due() else { break };
            let answer = Answer {
                status, tus, length,
                offset: if full { Some(LENGTH) } else { offset },
                location: located.then(|| "https://c.example/u/1".into()),
                retry_after: offset,
                checks: None,
            };
            sender.took(ask, Outcome::Answered(answer.clone()));
            if sender.item.may_go() {
                prop_assert!((200..300).contains(&status) && tus && answer.offset == Some(LENGTH));
                prop_assert!(matches!(ask, Ask::Look | Ask::Send { .. }), "{:?}", ask);
            }
        }
    }

    #[test]
    fn a_wait_grows_to_a_quarter_of_an_hour_and_no_further(attempts in 0..100u32, random in 0.0..1.0f64) {
        let wait = backoff(attempts, random);
        prop_assert!((FIRST_WAIT_MS / 2..=MAX_WAIT_MS).contains(&wait));
        prop_assert!(backoff(attempts + 1, random) >= wait);
        // Two phones of one village do not come back at the same moment.
        prop_assert!(backoff(attempts, (random + 0.5) % 1.0).abs_diff(wait) >= FIRST_WAIT_MS / 5);
    }
}

#[test]
fn a_server_that_never_agrees_with_itself_is_not_asked_without_end() {
    for status in [404, 409, 410, 423] {
        let mut sender = Sender::new();
        sender.took(Ask::Seal, Outcome::Sealed(LENGTH));
        let (begin, mut asked) = (sender.now_ms, 0);
        while sender.now_ms - begin < 3_600_000 {
            let Some(ask) = sender.due() else { panic!("gave up") };
            asked += 1;
            let yes = Answer { tus: true, ..Answer::default() };
            let answer = match ask {
                Ask::Create { .. } => Answer { status: 201, location: Some("l".into()), ..yes },
                Ask::Look if status != 404 && status != 410 => {
                    Answer { status: 200, offset: Some(0), length: Some(LENGTH), ..yes }
                }
                _ => Answer { status, ..yes },
            };
            sender.took(ask, Outcome::Answered(answer));
        }
        assert!(asked < 60, "{status}: asked {asked} times in an hour");
    }
}

#[test]
fn a_server_that_loses_what_it_got_is_not_fed_without_end() {
    let mut sender = Sender::new();
    sender.took(Ask::Seal, Outcome::Sealed(LENGTH));
    let (begin, mut fed) = (sender.now_ms, 0);
    let mut server = Server::default();
    while sender.now_ms - begin < 3_600_000 {
        let Some(ask) = sender.due() else { panic!("gave up") };
        let outcome = server.answers(ask, Fault::None);
        if let Ask::Send { from, to, .. } = ask {
            fed += to - from;
            if to == LENGTH {
                server = Server::default();
                sender.took(ask, Outcome::Nothing(Held::Offline));
                continue;
            }
        }
        sender.took(ask, outcome);
    }
    assert!(fed < 25 * LENGTH, "{} times", fed / LENGTH);
}

#[test]
fn only_a_tus_server_can_refuse() {
    for (status, why) in [
        (401, Refusal::NotAllowed),
        (403, Refusal::NotAllowed),
        (413, Refusal::TooLarge),
        (415, Refusal::NotUnderstood),
    ] {
        let mut sender = Sender::new();
        sender.took(Ask::Seal, Outcome::Sealed(LENGTH));
        sender.took(CREATE, Outcome::Answered(Answer { status, ..Answer::default() }));
        assert_eq!(sender.item.status(), Status::Waiting, "a login page says {status}");
        sender.took(CREATE, Outcome::Answered(Answer { status, tus: true, ..Answer::default() }));
        assert_eq!(sender.item.status(), Status::Refused(why));
        assert_eq!(sender.next(), Next::Rest);
    }
}

#[test]
fn a_new_permission_in_the_kit_takes_a_refusal_back() {
    let mut sender = Sender::new();
    sender.took(Ask::Seal, Outcome::Sealed(LENGTH));
    sender.took(CREATE, Outcome::Answered(Answer { status: 401, tus: true, ..Answer::default() }));
    let upload = Upload { token: "new".into(), ..sender.item.upload.clone() };
    assert!(sender.item.readdress(&upload) && !sender.item.readdress(&upload));
    sender.courier = Courier::new(sender.item.flight.clone());
    assert_eq!(sender.next(), Next::Do(CREATE));
}

#[test]
fn what_arrived_is_erased_with_the_permission_of_today_and_kept_by_the_rules_of_its_day() {
    let (mut sender, _) = send(&[]);
    let before = sender.item.clone();
    let upload = Upload { token: "new".into(), keep_days: 1, url: "v/".into(), ..before.upload.clone() };
    assert!(sender.item.readdress(&upload) && !sender.item.readdress(&upload));
    assert_eq!(sender.item.upload, Upload { token: "new".into(), ..before.upload.clone() });
    assert_eq!(
        (sender.item.kept_until(), &sender.item.flight.location),
        (before.kept_until(), &before.flight.location)
    );
}

#[test]
fn another_key_is_taken_before_the_sealing_and_what_is_sealed_stays_as_it_is() {
    let new = Upload { recipients: vec!["age1new".into()], ..item().upload };
    let mut sender = Sender::new();
    assert!(sender.item.readdress(&new));
    assert_eq!((&sender.item.upload, sender.next()), (&new, Next::Do(Ask::Seal)));

    let mut sender = Sender::new();
    sender.took(Ask::Seal, Outcome::Sealed(LENGTH));
    sender.took(CREATE, Server::default().answers(CREATE, Fault::None));
    let before = sender.item.flight.clone();
    assert!(sender.item.readdress(&new));
    assert_eq!(sender.item.flight, before, "sealed once, for the key of that day, which the desk keeps");
}

#[test]
fn what_came_of_an_old_address_is_no_word_about_the_new_one() {
    let mut sender = Sender::new();
    sender.took(Ask::Seal, Outcome::Sealed(LENGTH));
    sender.took(CREATE, Server::default().answers(CREATE, Fault::None));
    let before = sender.item.clone();
    let mut further = before.flight.clone();
    further.confirmed = 1000;
    // The patient may hurry it meanwhile, and choose otherwise.
    let mut record = before.clone();
    (record.flight.not_before, record.wifi_only) = (Some(1), true);
    record.advance(&before, &further).unwrap();
    assert_eq!((record.flight.confirmed, record.wifi_only), (1000, true));
    // The kit has another address meanwhile; what is under way to the old one fails.
    let mut record = before.clone();
    assert!(record.readdress(&Upload { url: "v/".into(), ..before.upload.clone() }));
    let after = record.clone();
    assert_eq!(record.advance(&before, &further), Err(StoreError::Changed));
    assert_eq!(record, after);
    assert!(!sender.courier.holds(&record.flight), "the sender begins with the record");
    assert!(sender.courier.holds(&before.flight));
}

#[test]
fn what_is_sent_again_after_it_was_taken_back_is_a_new_item() {
    let store = MemoryRecords::default();
    let item = item();
    let film = clip(&item.header.item, State::Kept, 0, 0);
    block_on(async {
        store.put(&item).await.unwrap();
        store.put(&film).await.unwrap();
        forget(&store, &item, "next".into()).await.unwrap();
        assert_eq!(store.get::<OutboxItem>(&item.header.item).await.unwrap(), None);
        let next = store.get::<Clip>(&film.id).await.unwrap().unwrap().next_item;
        assert_eq!(next.as_deref(), Some("next"));
        // It is the film of the clip all the same.
        let mut again = send(&[]).0.item;
        (again.header.item, again.clip) = ("next".into(), Some(film.id.clone()));
        assert_eq!(drop_films(&store, &[again]).await, Ok(true));
        assert_eq!(store.get::<Clip>(&film.id).await.unwrap(), None);
    });
}

#[test]
fn what_the_clinic_had_by_another_way_and_erased_stays_on_the_list() {
    let mut sender = Sender::new();
    sender.took(Ask::Seal, Outcome::Sealed(LENGTH));
    let erased = Handled { item: sender.item.header.item.clone(), on: Day::of(0, 0) };
    sender.item.heed(&Answers { erased: vec![erased], ..Answers::default() });
    assert_eq!((sender.next(), sender.item.status()), (Next::Rest, Status::Erased));
    assert!(!sender.item.is_pending());
}

#[test]
fn an_item_for_free_networks_waits_for_one() {
    let mut sender = Sender::new();
    sender.item.wifi_only = true;
    assert_eq!(sender.next(), Next::Do(Ask::Seal), "sealing needs no network");
    sender.took(Ask::Seal, Outcome::Sealed(LENGTH));
    for link in [Link::Mobile, Link::Unknown] {
        assert_eq!(sender.courier.next(&sender.item, link, 0), Next::WaitForWifi);
    }
    assert_eq!(sender.courier.next(&sender.item, Link::Free, 0), Next::Do(CREATE));
}

#[test]
fn waking_ends_a_wait_and_a_clock_set_back_does_not_prolong_it() {
    let mut sender = Sender::new();
    sender.took(Ask::Seal, Outcome::Sealed(LENGTH));
    for _ in 0..30 {
        sender.took(CREATE, Outcome::Nothing(Held::Offline));
    }
    assert!(matches!(sender.next(), Next::Wait(_)));
    let ten_years = 315_360_000_000;
    assert_eq!(sender.courier.next(&sender.item, Link::Unknown, -ten_years), Next::Do(CREATE));
    sender.courier.wake();
    assert_eq!(sender.next(), Next::Do(CREATE));
}

#[test]
fn an_item_that_never_arrived_is_forgotten_and_one_that_did_is_erased_at_the_server() {
    let mut sender = Sender::new();
    sender.item.wish = Wish::Erase;
    assert_eq!(sender.next(), Next::Forget);

    let (mut sender, mut server) = send(&[]);
    sender.item.wish = Wish::Erase;
    assert_eq!((sender.next(), sender.item.status()), (Next::Do(Ask::Erase), Status::Erasing));
    sender.took(Ask::Erase, Outcome::Nothing(Held::Offline));
    assert_eq!(sender.item.status(), Status::Erasing, "asked is not done");
    let ask = sender.due().unwrap();
    let outcome = server.answers(ask, Fault::None);
    sender.took(ask, outcome);
    assert_eq!((sender.next(), sender.item.status()), (Next::Rest, Status::Erased));
}

#[test]
fn an_upload_given_up_is_erased_at_the_server_before_it_is_forgotten() {
    let mut sender = Sender::new();
    sender.took(Ask::Seal, Outcome::Sealed(LENGTH));
    sender.took(CREATE, Server::default().answers(CREATE, Fault::None));
    sender.item.wish = Wish::Erase;
    assert_eq!(sender.next(), Next::Do(Ask::Erase));
    sender.took(Ask::Erase, Outcome::Answered(Answer { status: 404, tus: true, ..Answer::default() }));
    assert_eq!(sender.next(), Next::Forget);
    assert!(sender.item.is_pending(), "somebody has to remove it");
}

#[test]
fn the_words_follow_the_facts() {
    let (sender, _) = send(&[]);
    let mut item = sender.item;
    assert!(item.drops_film() && !item.is_pending() && item.bytes_left() == 0);
    item.keep = true;
    assert!(!item.drops_film());
    let day = Day::of(0, 0);
    item.seen_on = Some(day);
    assert_eq!(item.status(), Status::Seen(day));
    item.flight.erased_ms = Some(1);
    assert_eq!((item.status(), item.is_gone_there()), (Status::Erased, false), "the desk may have a copy");
    item.erased_on = Some(day);
    assert_eq!((item.status(), item.is_gone_there()), (Status::Erased, true));
}

#[test]
fn a_film_goes_once_its_arrival_was_confirmed_also_after_a_kill_and_what_is_to_stay_stays() {
    let arrived = send(&[]).0.item;
    let of = |id: &str, change: fn(&mut OutboxItem, &mut Clip)| {
        let mut item =
            OutboxItem { header: Header { item: id.into(), ..arrived.header.clone() }, ..arrived.clone() };
        let mut clip = clip(id, State::Kept, 0, 0);
        change(&mut item, &mut clip);
        (item, clip)
    };
    let all = [
        of("goes", |_, _| ()),
        of("kept", |item, _| item.keep = true),
        of("reference", |_, clip| clip.reference = true),
        of("waits", |item, _| item.flight.arrived_ms = None),
        of("refused", |item, _| {
            (item.flight.arrived_ms, item.flight.refused) = (None, Some(Refusal::TooLarge))
        }),
    ];
    let store = MemoryRecords::default();
    let items: Vec<OutboxItem> = all.iter().map(|(item, _)| item.clone()).collect();
    block_on(async {
        for (_, clip) in &all {
            store.put(clip).await.unwrap();
        }
        assert_eq!(drop_films(&store, &items).await, Ok(true));
        let mut left: Vec<String> =
            store.list::<Clip>(&ProfileId::first()).await.unwrap().into_iter().map(|clip| clip.id).collect();
        left.sort();
        assert_eq!(left, ["kept", "reference", "refused", "waits"]);
        assert_eq!(drop_films(&store, &items).await, Ok(false), "once");
    });
}

#[test]
fn seconds_are_told_for_a_slow_line_until_one_was_measured() {
    let mut item = item();
    item.header.bytes = 840_000;
    assert_eq!(item.seconds_left(), 17);
    item.flight.speed = Some(100_000);
    assert_eq!(item.seconds_left(), 9);
    assert_eq!((seconds(1, Some(0)), seconds(0, None)), (1, 0), "a line that stood still says nothing");
}

#[test]
fn the_phone_names_the_day_on_which_the_clinic_erases() {
    let mut item = item();
    assert_eq!(item.kept_until(), None, "nothing arrived");
    // 23:30 in Greenwich is the next day where the phone is.
    item.flight.arrived_ms = Some((100 * 24 * 60 - 30) * 60_000);
    assert_eq!(item.kept_until(), Some(Day::of(0, 0).plus(100 + 30)));
    assert_eq!(item.kept_until(), Some(erasure_day(Day::of(0, 0).plus(100), item.upload.keep_days)));
}

/// A courier that knows where a long item goes, and that nothing of it is there.
fn at_the_beginning() -> Courier {
    let sealed = Flight { sealed: Some(100 << 20), location: Some("l".into()), ..Flight::default() };
    let mut courier = Courier::new(sealed);
    courier.took(Ask::Look, answered(200, Some(0)), 0, 1, 0.0);
    courier
}

fn answered(status: u16, offset: Option<u64>) -> Outcome {
    Outcome::Answered(Answer { status, tus: true, offset, ..Answer::default() })
}

/// Lets the next piece pass, and says how large it was.
fn pass(courier: &mut Courier, took_ms: u64) -> u64 {
    pass_in(courier, &item(), took_ms) / PIECE_BYTES
}

/// The same to where `item` goes, fast; KiB.
fn pass_to(courier: &mut Courier, item: &OutboxItem) -> u64 {
    pass_in(courier, item, 1) / 1024
}

fn pass_in(courier: &mut Courier, item: &OutboxItem, took_ms: u64) -> u64 {
    let Next::Do(ask @ Ask::Send { from, to, .. }) = courier.next(item, Link::Unknown, i64::MAX) else {
        panic!()
    };
    courier.took(ask, answered(204, Some(to)), 0, took_ms, 0.0);
    to - from
}

#[test]
fn a_line_gets_small_pieces_until_it_has_let_many_pass_and_a_slow_one_always() {
    let mut courier = at_the_beginning();
    for size in [1, 2, 4, 8, 8] {
        assert!((0..PASSES).all(|_| pass(&mut courier, 100) == size), "{size}");
    }
    assert_eq!([pass(&mut courier, 100_000), pass(&mut courier, 100_000)], [8, 1]);
}

#[test]
fn a_line_that_breaks_begins_again_with_small_pieces() {
    for broken in [Outcome::Nothing(Held::Offline), answered(409, None)] {
        let mut courier = at_the_beginning();
        while pass(&mut courier, 1) < 8 {}
        let at = courier.flight.confirmed;
        courier.took(Ask::Send { from: at, to: at + 8 * PIECE_BYTES, checksum: None }, broken, 0, 1, 0.0);
        courier.took(Ask::Look, answered(200, Some(at + 1000)), 0, 1, 0.0);
        assert!((0..PASSES).all(|_| pass(&mut courier, 1) == 1));
        assert_eq!(pass(&mut courier, 1), 2);
    }
}

#[test]
fn a_line_that_breaks_in_each_checked_piece_gets_ever_smaller_ones_and_larger_ones_when_it_holds() {
    let mut item = item();
    item.upload.url = "https://c.example/u/".into();
    let mut courier = at_the_beginning();
    let next = |courier: &Courier| match courier.next(&item, Link::Unknown, i64::MAX) {
        Next::Do(ask) => ask,
        other => panic!("{other:?}"),
    };
    assert_eq!(next(&courier), Ask::Discover);
    let checks = Some(Algorithm::Sha1);
    let offer = Answer { status: 204, tus: true, checks, ..Answer::default() };
    courier.took(Ask::Discover, Outcome::Answered(offer), 0, 1, 0.0);
    let mut sizes = Vec::new();
    for n in 0..12 {
        let ask @ Ask::Send { from, to, checksum } = next(&courier) else { panic!() };
        assert_eq!(checksum, checks);
        sizes.push((to - from) / 1024);
        if n < 6 {
            courier.took(ask, Outcome::Nothing(Held::Offline), 0, 1, 0.0);
            courier.took(Ask::Look, answered(200, Some(from)), 0, 1, 0.0);
        } else {
            courier.took(ask, answered(204, Some(to)), 0, 100, 0.0);
        }
    }
    assert_eq!(sizes, [128, 64, 32, 16, 8, 8, 8, 16, 32, 64, 128, 128]);
}

#[test]
fn a_server_that_lets_nobody_ask_gets_its_pieces_and_is_asked_again_after_a_break() {
    let mut item = item();
    item.upload.url = "https://c.example/u/".into();
    for nothing in
        [Outcome::Nothing(Held::Offline), Outcome::Answered(Answer { status: 405, ..Answer::default() })]
    {
        let mut courier = at_the_beginning();
        courier.took(Ask::Discover, nothing, 0, 1, 0.0);
        let Next::Do(ask @ Ask::Send { checksum: None, .. }) = courier.next(&item, Link::Unknown, 0) else {
            panic!("not sent")
        };
        courier.took(ask, Outcome::Nothing(Held::Offline), 0, 1, 0.0);
        courier.took(Ask::Look, answered(200, Some(0)), 0, 1, 0.0);
        assert_eq!(courier.next(&item, Link::Unknown, 0), Next::Do(Ask::Discover));
    }
}

#[test]
fn a_next_server_that_checks_nothing_gets_whole_pieces_again() {
    let mut item = item();
    item.upload.url = "https://c.example/u/".into();
    let mut courier = at_the_beginning();
    let offer = Answer { status: 204, tus: true, checks: Some(Algorithm::Sha1), ..Answer::default() };
    courier.took(Ask::Discover, Outcome::Answered(offer), 0, 1, 0.0);
    for _ in 0..4 {
        let Next::Do(ask @ Ask::Send { .. }) = courier.next(&item, Link::Unknown, i64::MAX) else { panic!() };
        courier.took(ask, Outcome::Nothing(Held::Offline), 0, 1, 0.0);
        courier.took(Ask::Look, answered(200, Some(0)), 0, 1, 0.0);
    }
    // It expired there; the next place is at a server that lets nobody ask.
    courier.took(Ask::Look, answered(410, None), 0, 1, 0.0);
    let place =
        Answer { location: Some("m".into()), ..Answer { status: 201, tus: true, ..Answer::default() } };
    courier.took(CREATE, Outcome::Answered(place), 0, 1, 0.0);
    courier.took(Ask::Look, answered(200, Some(0)), 0, 1, 0.0);
    assert_eq!(courier.next(&item, Link::Unknown, i64::MAX), Next::Do(Ask::Discover));
    courier.took(Ask::Discover, Outcome::Nothing(Held::Offline), 0, 1, 0.0);
    assert_eq!([pass_to(&mut courier, &item), pass_to(&mut courier, &item)], [8, 128]);
}

#[test]
fn a_server_checks_when_it_says_that_it_does_and_how() {
    let all = "creation, checksum";
    assert_eq!(Algorithm::offered(all, "md5,sha1, SHA256"), Some(Algorithm::Sha256));
    assert_eq!(Algorithm::offered(all, "sha1,crc32"), Some(Algorithm::Sha1));
    for (extensions, algorithms) in [(all, ""), (all, "md5,sha512"), ("creation", "sha1"), ("", "")] {
        assert_eq!(Algorithm::offered(extensions, algorithms), None, "{extensions:?} {algorithms:?}");
    }
}

#[test]
fn what_is_to_be_sent_is_a_record_like_the_others() {
    let (sender, _) = send(&[]);
    let store = MemoryRecords::default();
    block_on(async {
        store.put(&sender.item).await.unwrap();
        assert_eq!(store.list::<OutboxItem>(&ProfileId::first()).await.unwrap(), [sender.item]);
    });
}

//! The area of a figure: every place named in its sentence and every place carried from before, put to
//! the vote.

use super::assembly::{Passed, Walk};
use super::context::{Bound, Said};
use super::layout::{LEAD_BYTES, begins, ends, head};
use super::mention::place::{InName, Place};
use super::mention::{NumberMention, PlaceMention};
use super::pairs::Member;
use super::periods::Outline;
use super::ranking::Ballot;
use super::zones::Zone;
use crate::model::figure::{AreaCode, Measure, Reach, Slot};
use crate::model::period::Period;
use crate::model::{Decimal, Span};
use crate::stage::rules::bytes::marks;
use crate::stage::rules::ranking::{
    Between, Carried, Claim, Distance, Feature, Follow, InName as InNameAxis, Lead, Main, Named, Nation,
    Order, Own, Rival, Subject, Versus, Where, area as template,
};

/// How many places before a figure, and behind it, are put to the vote.
const BEFORE: usize = 8;
const BEHIND: usize = 4;

/// The area of a figure and the zone that it goes on from.
pub(super) struct Located {
    pub(super) zone: Bound<Zone>,
    pub(super) area: Option<AreaCode>,
}

/// How a place that is named stands to a figure.
#[derive(Debug, Clone, Copy)]
struct Stood {
    /// Its number in the sentence.
    at: usize,
    /// How many places stand nearer on its side.
    rank: usize,
    subject: Subject,
    rival: Rival,
}

impl Walk<'_> {
    /// Chooses the area of a figure.
    pub(super) fn area(
        &mut self,
        number: &NumberMention,
        passed: &Passed<'_>,
        outline: Outline,
        period: Option<Period>,
    ) -> Located {
        let rules = self.rules;
        let told = self.paired_place(passed).or_else(|| self.own_place_told(number, passed));
        if let Some(zone) = told {
            let area = self.zones.code(zone.value, period, self.context.date);
            return Located { zone, area };
        }
        let mut ballot: Ballot<'_, Zone> = Ballot::new(&rules.ranking.area);
        let own = self.own_place(number, passed);
        let split = passed.places.partition_point(|place| place.span.start < number.span.start);
        let subject = self.subject(number, passed);
        let told =
            |at: usize| subject.filter(|(subject, _)| *subject == at).map_or(Subject::No, |(_, told)| told);
        let behind = split < passed.places.len() && self.owner(passed, split) == Some(number.span);
        let rival = if behind { Rival::Behind } else { Rival::No };
        for (rank, at) in (0..split).rev().take(BEFORE).enumerate() {
            if !self.is_whole(number, passed, at) {
                self.place(
                    &mut ballot,
                    number,
                    passed,
                    outline,
                    Stood { at, rank, subject: told(at), rival },
                );
            }
        }
        for (rank, at) in (split..passed.places.len()).take(BEHIND).enumerate() {
            let stood = Stood { at, rank, subject: Subject::No, rival };
            self.place(&mut ballot, number, passed, outline, stood);
        }
        self.carried_places(&mut ballot, outline, own, counts_provinces(number));
        let thread = &self.context.zones;
        let last = thread.last;
        let distance = last.map_or(Distance::Far, |last| self.context.distance(&last));
        let last = last.map(|said| said.value);
        let scope = self.context.scope.map(|(said, _)| said.value);
        let prevails = self.context.prevails;
        let here = passed.nation.is_some_and(|at| at < number.span.start);
        let nation = match (self.context.national, here) {
            (false, false) => Nation::No,
            (true, false) => Nation::Opening,
            (false, true) => Nation::Sentence,
            (true, true) => Nation::Both,
        };
        let (own, distance) = (own as usize, distance as usize);
        let features = |zone: Zone| -> [Feature; 6] {
            let kind = zone.kind() as usize;
            let main = if scope == Some(zone) { Main::Scope } else { Main::No } as usize;
            let versus = match last {
                None => Versus::Alone,
                Some(last) if last == zone => Versus::Same,
                Some(last) if last.kind() == zone.kind() => Versus::Kin,
                Some(_) => Versus::Other,
            } as usize;
            [
                template::ZoneMain.feature(&[kind, main]),
                template::ZoneGroup.feature(&[kind, outline.group as usize]),
                template::ZoneNation.feature(&[nation as usize, prevails as usize, kind]),
                template::ZonePrevails.feature(&[prevails as usize, main, kind]),
                template::VersusLast.feature(&[versus, outline.setting as usize, kind]),
                template::VersusOwn.feature(&[versus, own, distance]),
            ]
        };
        let chosen = ballot.elect(features, &mut self.seen);
        let date = self.context.date;
        let zones = self.zones;
        let print = |zone| zones.code(zone, period, date).map(|area| area.to_string());
        if self.reasons.is_some() {
            self.record(number, Slot::Area, || ballot.candidates(features), print);
        }
        // A district whose province no word tells is no place of the whole country.
        let country = |zone: &Bound<Zone>| zone.value == Zone::Country && zone.origin.reach == Reach::Default;
        let chosen = chosen.filter(|zone| !(country(zone) && self.names_district(number, passed)));
        let zone = chosen.unwrap_or_else(|| Bound::new(Zone::Nowhere, None, "place.open", Reach::Default));
        let area = self.zones.code(zone.value, period, date);
        Located { zone, area }
    }

    fn zone_at(&self, passed: &Passed<'_>, at: usize) -> Option<Zone> {
        let index = passed.first_place + at;
        self.context.zone(&passed.places[at].place, self.zones.of.get(index).copied().flatten())
    }

    /// Finds the place that has or reaches the figure: `Năm 2019 cả nước đạt 96,1%`, `Hà Nội (16,8 tỷ đồng)`.
    fn subject(&self, number: &NumberMention, passed: &Passed<'_>) -> Option<(usize, Subject)> {
        let split = passed.places.partition_point(|place| place.span.start < number.span.start);
        for at in (0..split).rev().take(BEFORE) {
            let place = &passed.places[at];
            let stands = passed.layout.place(self.lower, place.span, number.span);
            if passed.layout.between(place.span, number.span) != Between::None || stands == Where::Parted {
                return None;
            }
            if place.in_name != InName::No
                || self.is_whole(number, passed, at)
                || self.zone_at(passed, at).is_none()
            {
                continue;
            }
            let gap = self.lower.get(place.span.end..number.span.start).unwrap_or("");
            if gap.trim() == "(" {
                return Some((at, Subject::Bracket));
            }
            if self.lead(passed, at) == Lead::Compared {
                continue;
            }
            let has = begins(gap, &self.rules.ranking.words.reaches);
            return (has && !passed.layout.shut(place.span, number.span)).then_some((at, Subject::Has));
        }
        None
    }

    /// Tells whether the sentence itself names a place for the figure.
    fn own_place(&self, number: &NumberMention, passed: &Passed<'_>) -> Own {
        let split = passed.places.partition_point(|place| place.span.start < number.span.start);
        let plain = |at: &usize| {
            passed.places[*at].in_name == InName::No
                && !matches!(passed.places[*at].place, Place::Foreign)
                && !self.is_whole(number, passed, *at)
        };
        if (0..split).rev().take(BEFORE).any(|at| plain(&at)) {
            return Own::Before;
        }
        let behind = (split..passed.places.len()).take(BEHIND).find(plain);
        let near = behind.is_some_and(|at| {
            let place = passed.layout.place(self.lower, passed.places[at].span, number.span);
            matches!(place, Where::Behind | Where::BehindClause)
        });
        if near { Own::Behind } else { Own::No }
    }

    /// Tells whether a place is that of the whole of which another figure before this one is a part: `chiếm
    /// 35,89% tổng kinh phí cả nước; bình quân một tỉnh đạt 3,8 tỷ đồng`.
    fn is_whole(&self, number: &NumberMention, passed: &Passed<'_>, at: usize) -> bool {
        if !matches!(passed.places[at].place, Place::Country | Place::Region(_) | Place::ThisRegion) {
            return false;
        }
        let place = passed.places[at].span;
        let Some(part) = passed.layout.figure_before(place) else { return false };
        let gap = self.lower.get(part.end..place.start).unwrap_or("và");
        part.start != number.span.start
            && place.end <= number.span.start
            && part.of(self.lower).ends_with('%')
            && !gap.contains(" và ")
            && matches!(passed.layout.place(self.lower, place, part), Where::Behind | Where::BehindClause)
    }

    fn place<'r>(
        &self,
        ballot: &mut Ballot<'r, Zone>,
        number: &NumberMention,
        passed: &Passed<'r>,
        outline: Outline,
        Stood { at, rank, subject, rival }: Stood,
    ) {
        let place = &passed.places[at];
        // A firm's name says where it comes from, and nothing of where its figures are.
        let Some(zone) = self.zone_at(passed, at).filter(|_| place.in_name != InName::Other) else { return };
        // `20 tỉnh, thành phố` are in no province.
        if counts_provinces(number) && matches!(zone, Zone::Province { .. }) {
            return;
        }
        let between = passed.layout.between(place.span, number.span);
        let stands = passed.layout.place(self.lower, place.span, number.span);
        let reach =
            if stands == Where::Parted || stands == Where::Commas { Reach::Sentence } else { Reach::Clause };
        let order = [Order::First, Order::Second, Order::Farther][rank.min(2)];
        let (lead, follow) = (self.lead(passed, at), self.follow(passed, at));
        let named = named(place);
        let name = match place.in_name {
            InName::No => InNameAxis::No,
            InName::Agency => InNameAxis::Agency,
            InName::Other => InNameAxis::Other,
        } as usize;
        ballot.source(zone, Some(place.span), &place.rule, reach);
        let (stands, lead, named) = (stands as usize, lead as usize, named as usize);
        ballot.feature(template::NamedName, &[named, name]);
        ballot.feature(template::SubjectNamed, &[subject as usize, named]);
        if place.in_name == InName::No {
            ballot.feature(template::Place, &[stands, between as usize, outline.group as usize]);
            ballot.feature(template::PlaceNamed, &[stands, named]);
            ballot.feature(template::LeadNamed, &[lead, named]);
            ballot.feature(template::LeadWhere, &[lead, stands]);
            ballot.feature(template::FollowWhere, &[follow as usize, stands]);
            ballot.feature(template::FollowBetween, &[follow as usize, between as usize]);
            ballot.feature(template::OrderWhere, &[order as usize, lead]);
            let owner = self.owner(passed, at);
            let claim =
                if owner.is_some_and(|owner| owner != number.span) { Claim::Taken } else { Claim::Free };
            ballot.feature(template::ClaimRival, &[stands, claim as usize, rival as usize]);
        }
        if passed.layout.shut(place.span, number.span) {
            ballot.feature(template::Bracketed, &[name, outline.setting as usize]);
        }
    }

    /// The place that heads the clause of a figure (`Hải Dương: 9 đề án`), or stands right behind it in a row of
    /// figures that each have theirs so: `12 đề án tại Hà Nội, 9 đề án tại Hải Phòng`.
    fn own_place_told(&self, number: &NumberMention, passed: &Passed<'_>) -> Option<Bound<Zone>> {
        let split = passed.places.partition_point(|place| place.span.start < number.span.start);
        let plain = |at: usize| {
            let place = passed.places.get(at).filter(|place| place.in_name == InName::No)?;
            let zone = self.zone_at(passed, at)?;
            (!counts_provinces(number) || !matches!(zone, Zone::Province { .. })).then_some((place, zone))
        };
        let found = |(place, zone): (&PlaceMention, Zone), rule: &str| {
            Some(Bound::new(zone, Some(place.span), rule, Reach::Clause))
        };
        if let Some((place, zone)) = split.checked_sub(1).and_then(plain) {
            let gap = self.lower.get(place.span.end..number.span.start).unwrap_or("");
            let before = self.lower.get(passed.span.start..place.span.start).unwrap_or("");
            let opens = !before.rsplit(';').next().unwrap_or("").contains(char::is_alphanumeric);
            if opens && gap.trim_start().starts_with(':') && !gap.contains(';') {
                return found((place, zone), "place.head");
            }
        }
        // `… của tỉnh Nam Định là 7 tỷ đồng`: whatever was spoken of before; what is sold to a country
        // abroad is of this one.
        if let Some((at, Subject::Has)) = self.subject(number, passed)
            && passed.layout.place(self.lower, passed.places[at].span, number.span) == Where::Beside
            && let Some(told) = plain(at).filter(|(_, zone)| *zone != Zone::Nowhere)
        {
            return found(told, "place.subject");
        }
        if self.owner(passed, split)? != number.span {
            return None;
        }
        let before = || Some(self.owner(passed, split.checked_sub(1)?)? == passed.last?);
        let behind = || Some(self.owner(passed, split + 1)?.start == passed.next);
        let row = before() == Some(true) || behind() == Some(true);
        row.then(|| plain(split)).flatten().and_then(|told| found(told, "place.behind"))
    }

    /// The figure that a place is told right behind: `5 tỷ đồng ở | Hà Nội`.
    fn owner(&self, passed: &Passed<'_>, at: usize) -> Option<Span> {
        let place = passed.places.get(at)?.span;
        let figure = passed.layout.figure_before(place)?;
        let gap = self.lower.get(figure.end..place.start).unwrap_or(",");
        let near = gap.len() <= LEAD_BYTES && !marks!(",;.:()").any(gap);
        let words = &self.rules.ranking.words;
        (near && (ends(gap, &words.at) || ends(gap, &words.of))).then_some(figure)
    }

    /// Tells what leads to a place.
    fn lead(&self, passed: &Passed<'_>, at: usize) -> Lead {
        let words = &self.rules.ranking.words;
        let place = passed.places[at].span;
        if at > 0 {
            let gap = self.lower.get(passed.places[at - 1].span.end..place.start).unwrap_or("?").trim();
            if matches!(gap, "," | "và" | ", và" | "-" | "–" | "hay" | "hoặc") {
                return Lead::List;
            }
        }
        let before = passed.layout.lead(self.lower, place.start, passed.span.start);
        if before.trim().is_empty() {
            Lead::First
        } else if self.within.anywhere_in(before, &words.against) && !ends(before, &words.at) {
            Lead::Compared
        } else if ends(before, &words.at) {
            Lead::At
        } else if ends(before, &words.of) {
            Lead::Of
        } else if ends(before, &words.rank) {
            Lead::Rank
        } else if ends(before, &words.way) {
            Lead::Way
        } else {
            Lead::Other
        }
    }

    /// Tells what follows a place.
    fn follow(&self, passed: &Passed<'_>, at: usize) -> Follow {
        let place = passed.places[at].span;
        if let Some(next) = passed.places.get(at + 1) {
            let gap = self.lower.get(place.end..next.span.start).unwrap_or("?").trim();
            if matches!(gap, "," | "và" | ", và" | "-" | "–" | "hay" | "hoặc") {
                return Follow::List;
            }
        }
        let after = head(self.lower, place.end, passed.span.end.max(place.end));
        if after.trim_start().starts_with('(') {
            Follow::Bracket
        } else if after.trim_start().starts_with(':') || begins(after, &self.rules.ranking.words.has) {
            Follow::Has
        } else {
            Follow::Other
        }
    }

    /// The place that a relative measure is set against: `gấp 2 lần | cả nước`, `cao hơn 12% so với bình quân |
    /// vùng`, `cao hơn | cả nước | 3 điểm phần trăm`, `chiếm 15% tổng kinh phí | cả nước`.
    pub(super) fn base_place(
        &self,
        measure: Measure,
        passed: &Passed<'_>,
        number: &NumberMention,
    ) -> Option<Zone> {
        if measure == Measure::OfPlan {
            return None;
        }
        let words = &self.rules.ranking.words;
        let split = passed.places.partition_point(|place| place.span.start < number.span.end);
        let plain = |at: &usize| passed.places[*at].in_name == InName::No;
        let behind = (split < passed.places.len()).then_some(split).filter(plain).filter(|at| {
            let place = passed.places[*at].span;
            let gap = self.lower.get(number.span.end..place.start).unwrap_or(",");
            let near = place.start <= passed.next && gap.len() <= LEAD_BYTES && !marks!(",;.:()").any(gap);
            let set = match measure {
                Measure::Share => true,
                _ if number.multiple && gap.trim().is_empty() => true,
                _ => {
                    let mean = number.multiple && self.frames().holds(gap, &self.rules.frames.measures.mean);
                    mean || self.frames().holds(gap, &words.against)
                }
            };
            near && set && !ends(gap, &words.at)
        });
        let before = || {
            let at = split.checked_sub(1).filter(plain).filter(|_| measure != Measure::Share)?;
            let place = passed.places[at].span;
            let gap = self.lower.get(place.end..number.span.start).unwrap_or(",");
            let near = place.start >= passed.from && gap.len() <= LEAD_BYTES && !marks!(",;.:()").any(gap);
            (near && self.lead(passed, at) == Lead::Compared).then_some(at)
        };
        self.zone_at(passed, behind.or_else(before)?)
    }

    /// The place that the figure is paired off with.
    fn paired_place(&self, passed: &Passed<'_>) -> Option<Bound<Zone>> {
        let Some(Member::Place(at)) = passed.paired else { return None };
        let zone = self.zone_at(passed, at)?;
        Some(Bound::new(zone, Some(passed.places[at].span), "place.paired", Reach::Clause))
    }

    /// Tells whether a district, town or commune is named in the clause before the figure: `Huyện Yên Thành hỗ trợ
    /// 3 cơ sở`.
    fn names_district(&self, number: &NumberMention, passed: &Passed<'_>) -> bool {
        let from = super::layout::reach(self.lower, passed.span.start, number.span.start);
        let (lower, text) = (&self.lower[from..number.span.start], &self.clean.text[from..number.span.start]);
        let named = |at: usize| {
            // The name behind the word has a capital in the text itself.
            let word = lower[at..].split(' ').next().map_or(0, str::len);
            let name = text.get(at + word..).map(str::trim_start);
            let named = name.and_then(|name| name.chars().next()).is_some_and(char::is_uppercase);
            named && !lower[..at].ends_with("hợp tác ")
        };
        !self.rules.ranking.words.district.each_last(lower, named).is_empty()
    }

    fn carried_places<'r>(&self, ballot: &mut Ballot<'r, Zone>, outline: Outline, own: Own, provinces: bool) {
        let context = &self.context;
        let mut add = |said: Option<Said<Zone>>, from: Carried, rule: &'static str, reach: Reach| {
            let Some(said) = said.filter(|said| !provinces || !matches!(said.value, Zone::Province { .. }))
            else {
                return;
            };
            let distance = context.distance(&said);
            let nearer = match distance {
                Distance::Sentence => Reach::Sentence,
                Distance::Next | Distance::Block => Reach::Paragraph,
                _ => Reach::Section,
            };
            let reach = if reach == Reach::Paragraph { nearer } else { reach };
            ballot.source(said.value, said.words, rule, reach);
            carried(ballot, (from, said.value), distance, outline, own);
        };
        let thread = &context.zones;
        add(thread.last, Carried::Last, "place.carried", Reach::Paragraph);
        add(thread.previous, Carried::Previous, "place.carried", Reach::Paragraph);
        add(thread.sentence_first, Carried::SentenceFirst, "place.carried", Reach::Paragraph);
        add(thread.block_first, Carried::BlockFirst, "place.carried", Reach::Paragraph);
        add(thread.stated, Carried::Stated, "place.carried", Reach::Paragraph);
        add(thread.list_head, Carried::ListHead, "place.list_head", Reach::ListHead);
        add(thread.heading, Carried::Heading, "place.heading", Reach::Section);
        // The sentence before in the paragraph is nearer than what the whole text is about.
        let paragraph = thread.last.is_some_and(|last| context.distance(&last) == Distance::Next);
        if paragraph && own == Own::No {
            return;
        }
        let (scope, rule) = context.scope.unzip();
        add(scope, Carried::Title, rule.unwrap_or("place.title"), Reach::Title);
        ballot.source(Zone::Country, None, "place.country", Reach::Default);
        carried(ballot, (Carried::Default, Zone::Country), Distance::Far, outline, own);
        ballot.source(Zone::Nowhere, None, "place.open", Reach::Default);
        carried(ballot, (Carried::Nothing, Zone::Nowhere), Distance::Far, outline, own);
    }
}

/// Tells whether a figure counts provinces, and more than one.
fn counts_provinces(number: &NumberMention) -> bool {
    number.unit.as_str() == "province" && number.value > Decimal::whole(1)
}

fn carried(
    ballot: &mut Ballot<'_, Zone>,
    (from, zone): (Carried, Zone),
    distance: Distance,
    outline: Outline,
    own: Own,
) {
    let from = from as usize;
    ballot.feature(template::CarriedFrom, &[from, distance as usize, own as usize]);
    ballot.feature(template::CarriedZone, &[from, zone.kind() as usize]);
    ballot.feature(template::CarriedKind, &[from, outline.kind as usize]);
    ballot.feature(template::CarriedSetting, &[from, outline.setting as usize]);
}

fn named(place: &PlaceMention) -> Named {
    match place.place {
        Place::Country => Named::Country,
        Place::Region(_) => Named::Region,
        Place::Uncoded => Named::Uncoded,
        Place::Foreign => Named::Foreign,
        Place::Province { .. } => Named::Province,
        Place::Below { .. } => Named::Below,
        Place::ThisRegion => Named::ThisRegion,
        Place::ThisProvince => Named::ThisProvince,
    }
}

//! The slots that words and figures before decide: aspect, indicator, fund. Each asks the nearest
//! words first, then the figure that leads, the list head, the heading and the opening of the report.

use super::assembly::Walk;
use super::context::Bound;
use super::frame::{self, Around, AspectCue, Reading};
use super::mention::{NumberMention, Role};
use super::said::Before;
use crate::model::Span;
use crate::model::figure::{Aspect, Fund, IndicatorCode, Measure, Reach};
use crate::model::mention::MentionClass;
use crate::model::period::Period;
use crate::stage::rules::bytes::{last_mark, marks};
use crate::stage::rules::cues::{PhraseList, find, rfind};
use crate::stage::rules::frames::FrameRules;

/// Bytes of an amount and its scale before `đồng`, at most.
const PRINTED_BYTES: usize = 32;

/// A number and what leads it.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) number: &'p NumberMention,
    pub(super) around: Around<'p>,
    /// The figure that it may repeat.
    pub(super) leader: Option<&'p Before>,
    /// It is a percentage and says something of its leader.
    pub(super) relative: bool,
    /// It stands in a bracket.
    pub(super) bracketed: bool,
    near: &'p str,
    clause: &'p str,
    clause_behind: &'p str,
    /// Where the words before it begin behind the last semicolon.
    part: usize,
}

impl<'p> Place<'p> {
    pub(super) fn of(
        number: &'p NumberMention,
        around: Around<'p>,
        leader: Option<&'p Before>,
        relative: bool,
        bracketed: bool,
    ) -> Self {
        let mut near = around.near;
        if near.len() < around.left.len()
            && let Some(mark) = marks!(",;.(:").first(near).or_else(|| find(near, " và "))
        {
            near = &near[mark..];
        }
        // The words before the number end with those since the number before.
        let part = last_mark(around.left, b';').map_or(0, |at| at + 1);
        let near = &near[part.saturating_sub(around.left.len() - near.len()).min(near.len())..];
        let clause = marks!(",;.():").since(near);
        let clause_behind = marks!(",;.():").until(around.right);
        Self { number, around, leader, relative, bracketed, near, clause, clause_behind, part }
    }

    /// The words before the numeral since the number before and the last semicolon. What follows the number
    /// before up to the next mark (`đạt 52,5% kế hoạch năm, …`, `14 cơ sở đăng ký nhãn hiệu, …`) belongs to
    /// that one.
    pub(super) fn near(&self) -> &'p str {
        self.near
    }

    /// As [`Self::near`], with what follows the number before, save the plan that a percentage is of.
    pub(super) fn wide(&self) -> &'p str {
        let left = &self.around.left[..self.around.left.len() - self.around.near.len()];
        if left.trim_end().ends_with('%') {
            return self.near();
        }
        let near = self.around.near;
        &near[self.part.saturating_sub(left.len()).min(near.len())..]
    }

    /// The words of the figure's own before it: in a row of like things, what follows the one before is that
    /// one's; else it may say what both are of (`9 lớp truyền nghề cho 315 học viên`).
    pub(super) fn own_near(&self) -> &'p str {
        let row = self.leader.is_some_and(|leader| leader.unit == self.number.unit);
        if row && !self.relative { self.near() } else { self.wide() }
    }

    /// The words before the numeral since the last mark, numbers passed over.
    pub(super) fn comma_clause(&self) -> &'p str {
        &self.around.left[frame::clause_start(self.around.left)..]
    }

    /// The words before the numeral since the last mark.
    pub(super) fn clause(&self) -> &'p str {
        self.clause
    }

    /// Money and projects are planned, allocated and disbursed.
    pub(super) fn is_funding(&self) -> bool {
        self.relative || matches!(self.number.unit.as_str(), "VND" | "project")
    }

    /// The words before the numeral since the last semicolon, numbers passed over.
    pub(super) fn segment(&self) -> &'p str {
        &self.around.left[self.part..]
    }

    /// As [`Self::segment`], to where the number before ends: what follows that one is its own.
    fn segment_until(&self, end: usize) -> &'p str {
        let left = &self.around.left[..end];
        left.get(self.part..).unwrap_or("")
    }

    /// The words behind the unit to the end of the clause.
    pub(super) fn clause_behind(&self) -> &'p str {
        self.clause_behind
    }

    /// The words behind a counted thing to the next mark that ends a clause: `34 cơ sở được tư vấn, đánh giá
    /// sản xuất sạch hơn`; not those between a comma and the next number, which are that one's, but on over
    /// a number that they lead to: `18 lượt cơ sở tham gia 4 hội chợ`. Of money those to the end of the clause,
    /// or to where they go on to the next amount: `hỗ trợ 150 triệu đồng | để mua máy sấy trị giá 420 triệu đồng`.
    pub(super) fn behind(&self) -> &'p str {
        let right = self.around.right;
        if self.number.class != MentionClass::Count {
            let clause = self.clause_behind();
            let leads_on = clause.len() == right.len() && right.len() < self.around.on.len();
            let onward =
                leads_on.then(|| ["để", "với", "trị giá"].iter().filter_map(|on| find(clause, on)).min());
            return &clause[..onward.flatten().unwrap_or(clause.len())];
        }
        if let Some(mark) = marks!(";.():").first(right) {
            // `07 sản phẩm cấp khu vực, | chưa có sản phẩm cấp quốc gia`: what is denied is another thing.
            let denied = [", chưa", ", không"].iter().filter_map(|word| right[..mark].find(word)).min();
            return &right[..denied.unwrap_or(mark)];
        }
        let behind = self.around.on;
        match last_mark(right, b',') {
            _ if behind.len() <= right.len() => right,
            Some(comma) => &right[..comma],
            // `cấp khu vực 17 sản phẩm và cấp quốc gia 5 sản phẩm`: what leads to the next is that one's.
            None if rfind(right, " và ").is_some() || right.trim_end().ends_with("và") => {
                &right[..rfind(right, " và").unwrap_or(right.len())]
            }
            None => &behind[..right.len() + marks!(";,():").until(&behind[right.len()..]).len()],
        }
    }

    /// What is said behind the money that paid for a counted thing: `75 đề án bằng 4 tỷ đồng | ngân sách tỉnh`.
    fn paid_with(&self, words: &PhraseList) -> Option<&'p str> {
        let Around { right, on, .. } = self.around;
        let to = right.trim_end();
        let leads = !marks!(",;.():").any(to) && words.iter().any(|word| to.ends_with(word.as_str()));
        let money = on.get(right.len()..).filter(|_| leads)?;
        let unit = find(money, "đồng").filter(|at| *at < PRINTED_BYTES)?;
        Some(marks!(",;.():").until(&money[unit + "đồng".len()..]))
    }

    /// What the number in a bracket, or behind `so với mức`, is set against: the words of that.
    pub(super) fn compared(&self) -> Option<&'p str> {
        let near = self.around.left;
        let inner = if self.bracketed { last_mark(near, b'(').map_or(near, |at| &near[..at]) } else { near };
        let clause = marks!(",;.:)").since(inner);
        let compared =
            ["so với", "so cùng", "cùng kỳ", "% kế hoạch", "% dự toán", "% năm", "của năm", "năm trước"];
        let close = self.bracketed || clause.trim_end().ends_with("mức");
        (close && compared.iter().any(|word| find(clause, word).is_some())).then_some(clause)
    }
}

/// What the opening of a report, its title and first sentence, says of all of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Opening {
    /// It announces a plan.
    announced: bool,
    /// The one fund that it is about.
    fund: Option<Fund>,
}

impl Opening {
    pub(super) fn of(words: &str, frames: &FrameRules) -> Self {
        let funds = &frames.funds;
        let announced = frame::last_of(words, &frames.aspects.announced).is_some();
        let words = if announced { words } else { words.lines().next().unwrap_or("") };
        let named = |list: &PhraseList| {
            frame::last_of(words, list).is_some_and(|at| !frame::names_body(words, at, funds))
        };
        let fund = match (named(&funds.national), named(&funds.local), named(&funds.total)) {
            (true, false, false) => Some(Fund::National),
            (false, true, false) => Some(Fund::Local),
            _ => None,
        };
        Self { announced, fund }
    }
}

impl Walk<'_> {
    pub(super) fn aspect(
        &self,
        place: &Place<'_>,
        reading: Reading,
        period: Option<Period>,
    ) -> Bound<Option<Aspect>> {
        let frames = self.frames();
        let found = |aspect, rule: &str, reach| Bound::new(Some(aspect), None, rule, reach);
        let money = place.is_funding();
        let cue = |words: &str| frame::aspect(words, money, frames);
        let unit = place.number.unit.as_str();
        if place.number.role == Role::PairWhole && frames.aspects.pair_units.iter().any(|known| known == unit)
        {
            return found(Aspect::Plan, "aspect.pair_whole", Reach::Numeral);
        }
        if place.relative
            && let Some(leader) = place.leader
        {
            let own = cue(place.clause()).map(|cue| cue.aspect);
            return match (own, reading.measure) {
                (Some(own @ (Aspect::Estimate | Aspect::Disbursed)), Measure::OfPlan)
                | (Some(own @ (Aspect::Plan | Aspect::Target)), _) => found(own, "aspect.cue", Reach::Clause),
                _ => leader.aspect.clone(),
            };
        }
        if let Some(words) = place.compared() {
            let planned = frames.holds(words, &frames.aspects.plan);
            let disbursed = place.leader.is_some_and(|leader| leader.aspect.value == Some(Aspect::Disbursed));
            let aspect = match (planned, disbursed) {
                (true, _) => Aspect::Plan,
                (false, true) => Aspect::Disbursed,
                (false, false) => Aspect::Actual,
            };
            return found(aspect, "aspect.base", Reach::Clause);
        }
        let behind = place.clause_behind().trim_start();
        let planned_behind =
            place.number.class != MentionClass::Percent && frames.aspects.behind.begins(behind);
        let told = |aspect| AspectCue { aspect, weak: false };
        let near = cue(place.near()).or_else(|| planned_behind.then(|| told(Aspect::Plan)));
        let near = near.or_else(|| behind.starts_with("đã ").then(|| told(Aspect::Actual)));
        let clause = near.or_else(|| cue(place.segment())).map(|cue| (cue, Reach::Clause));
        let said = clause.or_else(|| cue(place.around.left).map(|cue| (cue, Reach::Sentence)));
        // `Phấn đấu giải ngân nốt …, đưa tỷ lệ lên 100%`: the sentence opens with what it aims at.
        let opening = place.around.opening;
        let aims = frames.aspects.target.begins(opening);
        let over = || self.aspect_over(place, period);
        if let Some((cue, reach)) = said {
            let aspect = match cue.aspect {
                Aspect::Disbursed | Aspect::Actual
                    if aims && (cue.weak || cue.aspect == Aspect::Disbursed) =>
                {
                    Aspect::Target
                }
                // Things are not disbursed: what money was disbursed for was done.
                Aspect::Disbursed if place.number.class == MentionClass::Count => Aspect::Actual,
                aspect => aspect,
            };
            let ahead =
                |over: &Bound<Option<Aspect>>| matches!(over.value, Some(Aspect::Plan | Aspect::Target));
            // `được giao 4,2 tỷ đồng, thực hiện 4,1 tỷ đồng`: set against the plan of the same sentence.
            let against_plan = place.leader.is_some_and(|leader| {
                leader.unit == place.number.unit && leader.aspect.value == Some(Aspect::Plan)
            });
            let against_plan = against_plan && cue.aspect == Aspect::Actual && reach == Reach::Clause;
            // `Giải ngân 100% kế hoạch vốn` beneath `Nhiệm vụ 6 tháng cuối năm`.
            let bare = cue.aspect == Aspect::Disbursed && find(place.near(), "đã").is_none();
            let open = !against_plan && (cue.weak || bare);
            if let Some(over) = open.then(over).flatten().filter(ahead) {
                return over;
            }
            return found(aspect, "aspect.cue", reach);
        }
        if let Some(leader) = self.continues(place, true) {
            return leader.aspect.clone().widened(Reach::Paragraph);
        }
        over().unwrap_or_else(|| found(Aspect::Actual, "aspect.default", Reach::Default))
    }

    /// What stands over the sentence tells: list head, heading, a period to come, a title that announces.
    fn aspect_over(&self, place: &Place<'_>, period: Option<Period>) -> Option<Bound<Option<Aspect>>> {
        let frames = self.frames();
        let found = |aspect, rule: &str, reach| Some(Bound::new(Some(aspect), None, rule, reach));
        let of = |span: Option<Span>| {
            span.and_then(|span| frame::aspect(span.of(self.lower), place.is_funding(), frames))
                .map(|cue| cue.aspect)
        };
        if let Some(aspect) = of(self.over.list_head) {
            return found(aspect, "aspect.list_head", Reach::ListHead);
        }
        // `Kết quả … và phương hướng …` heads what was done first.
        let done =
            self.over.heading.is_some_and(|span| frames.holds(span.of(self.lower), &frames.aspects.actual));
        if let Some(aspect) = of(self.over.heading).filter(|_| !done) {
            return found(aspect, "aspect.heading", Reach::Section);
        }
        let holds = |span: Span| frame::last_of(span.of(self.lower), &frames.aspects.ahead).is_some();
        if !done && self.over.heading.is_some_and(holds) {
            return found(Aspect::Target, "aspect.heading", Reach::Section);
        }
        let first = period.and_then(|period| period.first_day());
        let ahead = match (first, self.context.date, self.context.written) {
            (Some(first), Some(date), _) => first > date,
            // Without a printed date the year of writing is a guess.
            (Some(first), None, Some(written)) => first.year() > written + 1,
            _ => false,
        };
        if ahead {
            return found(Aspect::Plan, "aspect.to_come", Reach::DocumentDate);
        }
        if self.announced(period) {
            return found(Aspect::Plan, "aspect.announced", Reach::Title);
        }
        None
    }

    /// The figure before that the sentence goes on about: that of the list head for an item, the last
    /// one for a sentence that begins with `trong đó`.
    pub(super) fn goes_on_from(&self, place: &Place<'_>) -> Option<&Before> {
        self.continues(place, false)
    }

    /// As [`Self::goes_on_from`]; with `refers`, words that refer back (`số vốn trên`) do too.
    fn continues(&self, place: &Place<'_>, refers: bool) -> Option<&Before> {
        if let Some(head) = &self.over.head {
            return Some(head);
        }
        let opening = place.around.opening;
        let goes_on = self.rules.frames.aspects.continued.begins(opening);
        let refers = || refers && self.frames().holds(place.around.left, &self.rules.frames.aspects.refers);
        self.over.last.as_deref().filter(|_| goes_on || refers())
    }

    /// Tells whether the report announces a plan and the period is not behind it.
    fn announced(&self, period: Option<Period>) -> bool {
        let ahead = match (period, self.context.date) {
            (Some(period), Some(date)) => period.last_day().is_none_or(|last| last >= date),
            _ => true,
        };
        ahead && self.over.opening.announced
    }

    pub(super) fn fund(&self, place: &Place<'_>, indicator: Option<&IndicatorCode>) -> Bound<Option<Fund>> {
        let frames = self.frames();
        let funds = &frames.funds;
        let Place { number, around, leader, relative, .. } = *place;
        let found = |fund, rule: &str, reach| Bound::new(Some(fund), None, rule, reach);
        let Some(indicator) = indicator else {
            return Bound::new(None, None, "fund.none", Reach::Default);
        };
        if frames.funds.none_for.iter().any(|code| code == indicator.as_str()) {
            return Bound::new(None, None, "fund.none", Reach::Default);
        }
        if indicator.as_str() == "von_doi_ung" {
            return found(Fund::Counterpart, "fund.indicator", Reach::Numeral);
        }
        let monetary = |fund: &Fund| *fund != Fund::Counterpart || number.unit.as_str() == "VND" || relative;
        // `54 đề án nguồn quốc gia`, `600 triệu đồng khuyến công quốc gia`: said behind the number.
        let words = around.right.trim_start();
        let conjoined = funds.conjoined.beginning(words).any(|word| words[word.len()..].starts_with(' '));
        let behind = if conjoined {
            place
                .paid_with(&funds.paid_with)
                .filter(|_| number.class == MentionClass::Count)
                .and_then(|words| frame::fund(words, frames))
        } else if number.class == MentionClass::Count {
            frame::fund(place.clause_behind(), frames)
                .or_else(|| frame::fund(place.paid_with(&funds.paid_with)?, frames))
        } else {
            let start = around.right.char_indices().filter(|(_, c)| *c == ' ').nth(6).map(|(at, _)| at);
            let first = &around.right[..start.unwrap_or(around.right.len())];
            let first = marks!(",;.():").until(first);
            frame::fund(first, frames).filter(|_| !relative || leader.is_none())
        };
        if let Some(fund) = behind.filter(monetary) {
            return found(fund, "fund.behind", Reach::Clause);
        }
        if let Some(leader) = leader.filter(|_| place.compared().is_some() || place.bracketed) {
            // `21 tỷ đồng (khuyến công quốc gia 9 tỷ đồng, khuyến công địa phương 12 tỷ đồng)`: parts of it.
            let own = place.compared().is_none().then(|| frame::fund(place.clause(), frames)).flatten();
            match own.filter(monetary) {
                Some(own) => return found(own, "fund.cue", Reach::Clause),
                // `Hai huyện (40 đề án, 31 đề án)`: what is nobody's money says nothing of what is.
                None if leader.fund.value.is_some() || leader.unit == number.unit => {
                    return leader.fund.clone();
                }
                None => {}
            }
        }
        let near = frame::without_brackets(place.near());
        let given = frame::given_by(place.clause(), frames).filter(|_| !relative);
        if let Some(fund) = given.or_else(|| frame::fund(&near, frames)).filter(monetary) {
            return found(fund, "fund.cue", Reach::Clause);
        }
        // `4 tỷ đồng ngân sách địa phương, bình quân 53 triệu đồng`: a mean is of the same money.
        let mean = frames.holds(place.clause(), &frames.measures.mean) && !around.near.contains(';');
        if let Some(leader) =
            leader.filter(|leader| mean && leader.unit == number.unit && leader.fund.value.is_some())
        {
            return leader.fund.clone();
        }
        let clause = place.clause();
        let alone = |name: &String| {
            find(clause, name).is_some() && {
                let (from, to) = frame::trim_label(clause, &frames);
                clause[from..to] == **name
            }
        };
        let bare = [(&funds.bare_national, Fund::National), (&funds.bare_local, Fund::Local)];
        let mut bare = bare.into_iter().filter(|_| place.is_funding());
        if let Some((_, fund)) = bare.find(|(list, _)| list.iter().any(alone)) {
            return found(fund, "fund.bare", Reach::Clause);
        }
        if let Some(leader) = leader.filter(|_| relative) {
            return leader.fund.clone();
        }
        // `nguồn quốc gia 400 triệu đồng cho | 2 đề án`: said before the number before, in the same row.
        let before = place.around.left.len() - place.around.near.len();
        let of_segment = || frame::only_fund(place.segment_until(before), frames);
        if let Some(fund) = frame::fund(place.comma_clause(), frames).or_else(of_segment).filter(monetary) {
            return found(fund, "fund.segment", Reach::Clause);
        }
        // `KCQG hỗ trợ 6 mô hình; hỗ trợ 163 cơ sở`: said once, before the first figure of the sentence.
        let first_fund = || frame::fund(self.fronted(place), frames);
        if let Some(fund) = self.over.first_fund.get_or_init(first_fund).filter(monetary) {
            return found(fund, "fund.cue", Reach::Sentence);
        }
        let of = |span: Option<Span>| span.and_then(|span| frame::fund(span.of(self.lower), frames));
        if let Some(head) = &self.over.head {
            return head.fund.clone().widened(Reach::ListHead);
        }
        if let Some(fund) = of(self.over.list_head).or_else(|| of(self.over.heading)).filter(monetary) {
            return found(fund, "fund.heading", Reach::Section);
        }
        if let Some(before) = self.goes_on_from(place)
            && before.fund.value.as_ref().is_some_and(monetary)
        {
            return before.fund.clone().widened(Reach::Paragraph);
        }
        if let Some(before) = self.over.funds.clone().filter(|fund| fund.value.as_ref().is_some_and(monetary))
        {
            return before.widened(Reach::Paragraph);
        }
        if let Some(fund) = self.over.opening.fund {
            return found(fund, "fund.opening", Reach::Title);
        }
        found(Fund::Total, "fund.default", Reach::Default)
    }

    /// The words of the sentence before its first figure.
    fn fronted(&self, place: &Place<'_>) -> &str {
        let first = self.over.first.unwrap_or(place.number.span.start);
        self.lower.get(self.over.start..first).unwrap_or("")
    }
}

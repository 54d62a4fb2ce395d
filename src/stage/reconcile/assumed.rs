//! Relations through a number that nobody printed but that everybody knows at that time: how many
//! provinces the country has. The number is an assumption, named in the finding.

use crate::model::figure::{AreaCode, Figure, Measure};
use crate::model::finding::Relation;
use crate::stage::rules::guards::{RelationKind, Role};

use super::claim::Claim;
use super::formula::Formula;
use super::guard::{self, Degree};
use super::page::{Page, has, lower};
use super::routes::Key;
use super::term::Term;

/// Levels that nobody printed: their key, the printed level that is nearest to them, and what they are.
pub(super) type Wholes<'f> = Vec<(Key, &'f Figure, Term<'f>)>;

/// Returns the shares of a whole that only its mean tells: the country's total is its mean per
/// province times the provinces of the time. And that total, once by its share and once by its mean.
pub(super) fn claims<'f>(page: &Page<'f>) -> (Vec<Claim<'f>>, Wholes<'f>) {
    let is_share = |at: &usize| page.figures[*at].measure == Measure::Share;
    let (mut claims, mut wholes) = (Vec::new(), Vec::new());
    for at in (0..page.figures.len()).filter(is_share) {
        if let Some((claim, by_mean, area)) = share(page, at) {
            let (part, rate) = (claim.figures[0], claim.stated());
            claims.push(claim);
            let by_share = Term::printed(part, "part").behind(Relation::Share, rate);
            let key = Key::of(part).map(|key| Key { area: Some(area), ..key });
            let both = [by_share, by_mean];
            wholes.extend(key.into_iter().flat_map(|key| both.clone().map(|term| (key.clone(), part, term))));
        }
    }
    (claims, wholes)
}

/// The claim, the whole by its mean, and the area of the whole.
fn share<'f>(page: &Page<'f>, at: usize) -> Option<(Claim<'f>, Term<'f>, AreaCode)> {
    let rate = page.figures[at];
    let rule = page.rules.relation(RelationKind::ShareAssumed)?;
    let named = rate.base.as_ref().and_then(|base| base.area.as_ref());
    let part = page.level_of(at, |level| {
        guard::holds(page, rule, Degree::Must, &[(Role::Part, level), (Role::Rate, rate)])
    })?;
    page.near(rate).iter().find_map(|mean| {
        let cast = [(Role::Part, part), (Role::Mean, *mean), (Role::Rate, rate)];
        let alike = mean.measure == Measure::Mean && guard::holds(page, rule, Degree::Must, &cast);
        let (lead, trail) = (page.lead(mean), page.trail(rate));
        let known = page.rules.assumed_count.iter().find(|known| {
            let each = has(&lower(&mean.quote), &known.each) || has(&lead, &known.each);
            let of_it =
                |area: Option<&str>, words: &str| area == Some(&known.area) || has(words, &known.words);
            let whole = named.map(|area| area.as_str());
            let its_own = part.area.as_ref().is_none_or(|area| area.as_str() != known.area);
            let near = lead.rsplit([';', ',', '.', ':']).next().unwrap_or("");
            let then = part.period.is_some_and(|period| known.covers(period));
            then && each
                && of_it(mean.area.as_ref().map(|area| area.as_str()), near)
                && of_it(whole, &trail)
                && its_own
        });
        let known = known.filter(|_| alike)?;
        let count = Term::assumed(known);
        let whole = Term::printed(mean, "mean").with(count, Formula::times);
        let share = Term::printed(part, "part").with(whole.clone(), Formula::percent);
        let claim = share.claim(Relation::Share, rate, "rate", "relation.share.assumed")?;
        Some((claim, whole, AreaCode::new(known.area.clone())))
    })
}

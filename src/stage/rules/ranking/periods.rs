//! The features of a period, and the axes that only they have.

use super::axes::{
    Between, Carried, Claim, Distance, Group, Kind, Order, Own, Setting, Told, Versus, Where, axis,
};
use super::model::{Template, templates};

axis! {
    /// What stands before a period or is said by it.
    Cue {
        /// Nothing of a comparison.
        No = "no",
        /// `cùng kỳ`.
        Same = "same",
        /// `so với năm 2018`.
        Compared = "compared",
        /// `82% kế hoạch năm 2018`.
        Plan = "plan",
        /// A law or programme is named right before: `Quyết định số … ngày …`.
        Law = "law",
    }
}
axis! {
    /// What kind of time is named.
    Part {
        /// A year.
        Year = "year",
        /// A half or a quarter.
        Quarter = "quarter",
        /// Months from January.
        FirstMonths = "first_months",
        /// A month.
        Month = "month",
        /// A day.
        Day = "day",
        /// Several years.
        Years = "years",
        /// `cùng kỳ`.
        Same = "same",
        /// `tháng trước`.
        Relative = "relative",
        /// `5 năm qua`.
        Past = "past",
        /// `đến nay`.
        Now = "now",
        /// `5 tháng`.
        Duration = "duration",
        /// Another stretch.
        Other = "other",
    }
}
axis! {
    /// How a time stands to what is said of it.
    Role {
        /// In it.
        In = "in",
        /// Up to it.
        Until = "until",
        /// From it on.
        Since = "since",
    }
}
axis! {
    /// How an expression was resolved.
    Variant {
        /// By the year spoken of, or printed.
        Spoken = "spoken",
        /// By the year of the printed date.
        Document = "document",
        /// By the year after that: `quý I tới`.
        Next = "next",
        /// From January up to it.
        Cumulative = "cumulative",
        /// Its whole year.
        Whole = "whole",
        /// From the year named before up to it.
        Span = "span",
    }
}
axis! {
    /// Whether a time is told anew for a figure.
    Fresh {
        /// It stands behind the last figure in the open.
        Fresh = "fresh",
        /// It stands before that one.
        Stale = "stale",
        /// It stands behind the figure.
        Behind = "behind",
    }
}
axis! {
    /// How long a period is.
    Shape {
        /// Open.
        Nothing = "nothing",
        /// A year.
        Year = "year",
        /// Several years.
        Years = "years",
        /// A half, a quarter, some months.
        Months = "months",
        /// A month.
        Month = "month",
        /// A day or some days.
        Day = "day",
    }
}
axis! {
    /// How a period stands to the document's date.
    Time {
        /// There is no date.
        Unknown = "unknown",
        /// Behind it.
        Past = "past",
        /// Around it.
        Current = "current",
        /// After it.
        Future = "future",
    }
}

templates! {
    /// The features of a period.
    PERIOD, period {
        Place = "place" [Where, Between, Group],
        PlaceBetween = "place_between" [Where, Between],
        PlaceClaim = "place_claim" [Where, Claim],
        PlacePart = "place_part" [Where, Part],
        PlaceCue = "place_cue" [Where, Cue, Setting],
        GroupCue = "group_cue" [Cue, Group, Between],
        PartRole = "part_role" [Part, Role, Variant],
        PartGroup = "part_group" [Part, Group],
        PlaceVariant = "place_variant" [Where, Variant],
        FreshClaim = "fresh" [Fresh, Cue, Claim],
        FreshGroup = "fresh_group" [Fresh, Group, Setting],
        OrderCue = "order" [Order, Cue],
        Bracketed = "bracketed" [Cue, Setting],
        CarriedFrom = "carried" [Carried, Distance, Own],
        CarriedGroup = "carried_group" [Carried, Group],
        CarriedSetting = "carried_setting" [Carried, Setting],
        CarriedTold = "carried_told" [Carried, Told],
        CarriedKind = "carried_kind" [Carried, Kind],
        CarriedShape = "carried_shape" [Carried, Shape],
        ShapeTold = "shape" [Shape, Told],
        ShapeGroup = "shape_group" [Shape, Group],
        VersusLast = "versus" [Versus, Setting, Group],
        VersusSetting = "versus_setting" [Versus, Setting],
        VersusOwn = "versus_own" [Versus, Own, Distance],
        TimeTold = "time" [Time, Told],
        TimeShape = "time_shape" [Time, Shape],
    }
}

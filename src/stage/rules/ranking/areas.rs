//! The features of an area, and the axes that only they have.

use super::axes::{Between, Carried, Claim, Distance, Group, Kind, Order, Own, Setting, Versus, Where, axis};
use super::model::{Template, templates};

axis! {
    /// What kind of place is named.
    Named {
        /// The country.
        Country = "country",
        /// A region with a code.
        Region = "region",
        /// A stretch of country without one.
        Uncoded = "uncoded",
        /// A foreign country.
        Foreign = "foreign",
        /// A province.
        Province = "province",
        /// A district or town.
        Below = "below",
        /// The region spoken of.
        ThisRegion = "this_region",
        /// The province spoken of.
        ThisProvince = "this_province",
    }
}
axis! {
    /// Whether the place is a part of another name.
    InName {
        /// It is not.
        No = "no",
        /// Of an agency's.
        Agency = "agency",
        /// Of another.
        Other = "other",
    }
}
axis! {
    /// The word before a place.
    Lead {
        /// Another one.
        Other = "other",
        /// None: it begins the sentence or clause.
        First = "first",
        /// `tại`, `ở`, `trên địa bàn`.
        At = "at",
        /// `của`.
        Of = "of",
        /// `so với`, `hơn`, `kém`.
        Compared = "compared",
        /// `cấp`: a rank, no place.
        Rank = "rank",
        /// `sang`, `đến`, `từ`.
        Way = "way",
        /// Another place: a list.
        List = "list",
    }
}
axis! {
    /// What follows a place.
    Follow {
        /// Something else.
        Other = "other",
        /// A bracket.
        Bracket = "bracket",
        /// A verb of having or reaching, a colon.
        Has = "has",
        /// Another place.
        List = "list",
    }
}
axis! {
    /// Whether the place is what has or reaches the figure.
    Subject {
        /// It is not known to be.
        No = "no",
        /// The clause says so of it: `cả nước đạt 96,1%`.
        Has = "has",
        /// The figure is first in a bracket right behind it: `Hà Nội (16,8 tỷ đồng)`.
        Bracket = "bracket",
    }
}
axis! {
    /// Whether a place stands right behind the figure: `5 tỷ đồng ở Hà Nội, | 4 tỷ đồng | ở Hải Phòng`.
    Rival {
        /// None does.
        No = "no",
        /// One does.
        Behind = "behind",
    }
}
axis! {
    /// What an area is.
    Zone {
        /// Open.
        Nothing = "nothing",
        /// The country.
        Country = "country",
        /// A region.
        Region = "region",
        /// A province.
        Province = "province",
    }
}
axis! {
    /// Whether it is what the document is about.
    Main {
        /// It is not.
        No = "no",
        /// It is.
        Scope = "scope",
    }
}
axis! {
    /// Where a body of the whole country is named: `Tổng cục Thống kê`.
    Nation {
        /// Nowhere near.
        No = "no",
        /// In the opening of the document.
        Opening = "opening",
        /// In the sentence before the figure.
        Sentence = "sentence",
        /// In both.
        Both = "both",
    }
}
axis! {
    /// How much one place prevails in the document.
    #[derive(Default)]
    Prevails {
        /// No place is named.
        #[default]
        None = "none",
        /// One makes up half of what is named.
        One = "one",
        /// None does.
        Several = "several",
    }
}

templates! {
    /// The features of an area.
    AREA, area {
        Place = "place" [Where, Between, Group],
        PlaceNamed = "place_named" [Where, Named],
        SubjectNamed = "subject" [Subject, Named],
        NamedName = "named" [Named, InName],
        LeadNamed = "lead" [Lead, Named],
        LeadWhere = "lead_where" [Lead, Where],
        FollowWhere = "follow" [Follow, Where],
        FollowBetween = "follow_between" [Follow, Between],
        ClaimRival = "claim" [Where, Claim, Rival],
        OrderWhere = "order" [Order, Lead],
        Bracketed = "bracketed" [InName, Setting],
        CarriedFrom = "carried" [Carried, Distance, Own],
        CarriedZone = "carried_zone" [Carried, Zone],
        CarriedKind = "carried_kind" [Carried, Kind],
        CarriedSetting = "carried_setting" [Carried, Setting],
        ZoneMain = "zone" [Zone, Main],
        ZoneGroup = "zone_group" [Zone, Group],
        ZoneNation = "nation" [Nation, Prevails, Zone],
        ZonePrevails = "prevails" [Prevails, Main, Zone],
        VersusLast = "versus" [Versus, Setting, Zone],
        VersusOwn = "versus_own" [Versus, Own, Distance],
    }
}

//! The axes of features that periods and areas share: what a figure states, how it stands, and from where a value
//! is told.

macro_rules! axis {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $value:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $value,)+ }

        impl $name {
            /// The names of the values, in order.
            pub const NAMES: &'static [&'static str] = &[$($word),+];
        }
    };
}
pub(super) use axis;

axis! {
    /// What a figure states.
    Group {
        /// An amount.
        Amount = "amount",
        /// A count.
        Count = "count",
        /// A percentage of a plan.
        Plan = "of_plan",
        /// A change, or a percentage of an earlier level.
        Change = "change",
        /// A percentage of a whole.
        Share = "share",
        /// A mean.
        Mean = "mean",
    }
}
axis! {
    /// Where a figure stands in its sentence.
    Setting {
        /// In the open.
        Open = "open",
        /// First in a bracket behind words of a plan: `78% kế hoạch năm (3.500 lao động)`.
        BracketPlan = "bracket_plan",
        /// First in a bracket behind a comparison: `so với năm 2018 (60 đề án)`.
        BracketBase = "bracket_base",
        /// In another bracket.
        Bracket = "bracket",
        /// Behind `so với mức`, in the open.
        Level = "compared_level",
    }
}
axis! {
    /// What the words before a figure say of it.
    Told {
        /// Nothing.
        Nothing = "nothing",
        /// That it is planned or aimed at.
        Planned = "planned",
        /// That it is done.
        Done = "done",
        /// That it was at the occasion that the text reports: guests, awards.
        Occasion = "occasion",
    }
}
axis! {
    /// Where a mention stands from the figure.
    Where {
        /// Before it, with two words between at most.
        Beside = "beside",
        /// Before it in its clause.
        Clause = "clause",
        /// Before it, one comma between.
        Comma = "comma",
        /// Before it, more commas between.
        Commas = "commas",
        /// Before it, a semicolon or colon between.
        Parted = "parted",
        /// Right behind it.
        Behind = "behind",
        /// Behind it in its clause.
        BehindClause = "behind_clause",
        /// Behind it, past a comma.
        BehindComma = "behind_comma",
        /// In it.
        Within = "within",
    }
}
axis! {
    /// How many figures stand between.
    Between {
        /// None.
        None = "none",
        /// One.
        One = "one",
        /// Two or more.
        More = "more",
    }
}
axis! {
    /// Which one of its kind.
    Order {
        /// The nearest.
        First = "first",
        /// The second.
        Second = "second",
        /// A farther one.
        Farther = "farther",
    }
}
axis! {
    /// Whether the sentence itself names one.
    Own {
        /// It does not.
        No = "no",
        /// Only before a figure in the open that stands between.
        Stale = "stale",
        /// Before the figure.
        Before = "before",
        /// Behind it.
        Behind = "behind",
    }
}
axis! {
    /// From where a value is carried.
    Carried {
        /// The last figure in the open.
        Last = "last_figure",
        /// The figure right before, be it in a bracket.
        Previous = "previous_figure",
        /// The first figure of the sentence.
        SentenceFirst = "sentence_first",
        /// The first figure of the block.
        BlockFirst = "block_first",
        /// The one stated last.
        Stated = "stated",
        /// The list's head.
        ListHead = "list_head",
        /// The heading.
        Heading = "heading",
        /// The title; of places, what the whole text is about.
        Title = "title",
        /// The one that a sentence opened with.
        Topic = "topic",
        /// The first one in running text.
        Opening = "opening",
        /// The whole year of the figure before.
        YearOfLast = "year_of_last",
        /// The document's date.
        Document = "document",
        /// The year before the document's.
        YearBefore = "year_before",
        /// The country, where nothing is said.
        Default = "default",
        /// Left open.
        Nothing = "nothing",
    }
}
axis! {
    /// How far away it was carried from.
    Distance {
        /// The same sentence.
        Sentence = "sentence",
        /// The sentence before.
        Next = "next",
        /// The same block.
        Block = "block",
        /// The block before.
        NextBlock = "next_block",
        /// Farther.
        Far = "far",
    }
}
axis! {
    /// How a value stands to that of the figure before.
    Versus {
        /// There is none before.
        Alone = "alone",
        /// The same.
        Same = "same",
        /// It holds that one.
        Holds = "holds",
        /// It is held by that one.
        Held = "held",
        /// Of the same year or kind.
        Kin = "kin",
        /// Another.
        Other = "other",
    }
}
axis! {
    /// The block a figure stands in.
    Kind {
        /// The title.
        Title = "title",
        /// A heading.
        Heading = "heading",
        /// A list item.
        Item = "item",
        /// Running text.
        Prose = "prose",
        /// A table.
        Table = "table",
    }
}
axis! {
    /// Whether a time or a place belongs to another figure: `lên 15% vào năm 2020`, `5 tỷ đồng ở Hà Nội`.
    Claim {
        /// It does not.
        Free = "free",
        /// It stands right behind another one.
        Taken = "taken",
    }
}

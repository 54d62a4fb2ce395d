//! The grammar of the generated reports: Vietnamese reports on industrial promotion with arithmetic
//! that holds, but where a contradiction is planted on purpose.
//!
//! Nothing here calls the library: what it is to be tested against must not come from it.

use std::fmt::Write as _;

/// Splitmix64: small, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[(self.next() % from.len() as u64) as usize]
    }
}

const PLACES: &[&str] = &[
    "tỉnh Lâm Đồng",
    "tỉnh Bến Tre",
    "tỉnh Nghệ An",
    "tỉnh Quảng Nam",
    "tỉnh Thái Bình",
    "tỉnh Bắc Giang",
    "tỉnh Đồng Tháp",
    "tỉnh Sơn La",
    "tỉnh Phú Yên",
    "tỉnh Hà Giang",
    "tỉnh An Giang",
    "tỉnh Vĩnh Phúc",
    "tỉnh Quảng Bình",
    "tỉnh Tây Ninh",
    "tỉnh Gia Lai",
    "thành phố Cần Thơ",
    "thành phố Hải Phòng",
    "thành phố Đà Nẵng",
    "tỉnh Thanh Hóa",
    "tỉnh Kiên Giang",
];
const CENTRES: &[&str] =
    &["Trung tâm Khuyến công", "Trung tâm Khuyến công và Tư vấn phát triển công nghiệp", "Sở Công Thương"];
const CLOSINGS: &[&str] = &[
    "Nhìn chung, công tác khuyến công trên địa bàn tiếp tục được quan tâm chỉ đạo, song một số cơ sở còn lúng túng khi lập hồ sơ.",
    "Khó khăn lớn nhất vẫn là nguồn vốn của cơ sở công nghiệp nông thôn còn hạn chế và mặt bằng sản xuất chật hẹp.",
    "Thời gian tới, đơn vị sẽ rà soát nhu cầu ngay từ đầu năm, ưu tiên các đề án có sức lan tỏa.",
    "Các đề án sau khi nghiệm thu đều phát huy hiệu quả, được chính quyền cơ sở và người dân đánh giá tốt.",
];
const LAWS: &[&str] = &[
    "Nghị định số 45/2012/NĐ-CP ngày 21/5/2012 của Chính phủ về khuyến công",
    "Thông tư số 36/2013/TT-BCT của Bộ Công Thương",
    "Thông tư số 28/2018/TT-BTC của Bộ Tài chính",
];
const PRODUCTS: &[&str] = &[
    "chế biến nông sản",
    "cơ khí sửa chữa",
    "đồ gỗ mỹ nghệ",
    "dệt thổ cẩm",
    "sản xuất gạch không nung",
    "chế biến thủy sản",
];

/// Writes `value / 10^decimals` as it is printed: dots between thousands, a comma before decimals.
fn printed(value: u64, decimals: u32) -> String {
    let scale = 10_u64.pow(decimals);
    let whole = (value / scale).to_string();
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    let rest = value % scale;
    if decimals > 0 && rest > 0 {
        let digits = format!("{rest:0width$}", width = decimals as usize);
        let _infallible = write!(text, ",{}", digits.trim_end_matches('0'));
    }
    text
}

/// `part / whole` in hundredths of a percent, rounded half up.
fn rate(part: u64, whole: u64) -> u64 {
    (part * 10_000 * 2 + whole) / (whole * 2)
}

/// Money in millions of đồng, as it is printed.
fn money(millions: u64, dice: &mut Dice) -> String {
    if millions < 1_000 || (millions < 20_000 && dice.chance(30)) {
        return format!("{} triệu đồng", printed(millions, 0));
    }
    let billion = *dice.pick(&["tỷ đồng", "tỷ đồng", "tỉ đồng"]);
    format!("{} {billion}", printed(millions, 3))
}

/// A contradiction put in on purpose.
pub(crate) struct Planted {
    /// The relation that does not hold.
    pub(crate) relation: &'static str,
    /// As printed.
    pub(crate) printed: String,
    /// As it would be right.
    pub(crate) right: String,
}

/// One report.
pub(crate) struct Report {
    /// Its text.
    pub(crate) text: String,
    /// What is wrong in it.
    pub(crate) planted: Vec<Planted>,
}

/// Writes the report of a number under a seed; the first hundred of a thousand are the hundred.
/// `conflicts` is the chance of a planted contradiction in a rate, in percent.
pub(crate) fn numbered(seed: u64, number: u64, conflicts: u64) -> Report {
    let mut dice = Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(number));
    dice.next();
    report(&mut dice, conflicts)
}

/// Writes a rate, now and then a wrong one: far enough from the right one that no rounding explains it.
fn stated_rate(
    right: u64,
    relation: &'static str,
    conflicts: u64,
    dice: &mut Dice,
    planted: &mut Vec<Planted>,
) -> String {
    let right_text = format!("{}%", printed(right, 2));
    if !dice.chance(conflicts) {
        return right_text;
    }
    let wrong = format!("{}%", printed(right + dice.between(3, 9) * 100, 2));
    planted.push(Planted { relation, printed: wrong.clone(), right: right_text });
    wrong
}

fn report(dice: &mut Dice, conflicts: u64) -> Report {
    let place = *dice.pick(PLACES);
    let short_place = place.trim_start_matches("tỉnh ").trim_start_matches("thành phố ");
    let centre = *dice.pick(CENTRES);
    let year = dice.between(2013, 2023);
    let months = *dice.pick(&[6_u64, 9, 12, 12]);
    let period = match months {
        12 => format!("năm {year}"),
        6 if dice.chance(50) => format!("6 tháng đầu năm {year}"),
        _ => format!("{months} tháng đầu năm {year}"),
    };
    let mut planted = Vec::new();
    let mut text = String::new();
    let mut line = |paragraph: String| {
        text.push_str(&paragraph);
        text.push_str("\n\n");
    };

    line(match dice.between(0, 2) {
        0 => format!("Khuyến công {short_place}: kết quả {period}"),
        1 => format!("Báo cáo tình hình thực hiện công tác khuyến công {period} của {place}"),
        _ => format!("Hoạt động khuyến công {place} {period}"),
    });
    if dice.chance(60) {
        line(format!("Thực hiện {}, {centre} {place} đã triển khai kế hoạch {period}.", dice.pick(LAWS)));
    }

    // Plan, outturn and rate; two funds that add up; growth over the year before.
    let (national, local) = (dice.between(800, 9_000), dice.between(900, 16_000));
    let plan = national + local;
    let done = plan * dice.between(4_200, 9_900) / 10_000;
    let before = plan * 100 / dice.between(85, 135);
    let of_plan = stated_rate(rate(done, plan), "of_plan", conflicts, dice, &mut planted);
    line(format!(
        "Kế hoạch kinh phí khuyến công năm {year} của {place} là {}; trong đó khuyến công quốc gia {}, khuyến công địa phương {}.",
        money(plan, dice),
        money(national, dice),
        money(local, dice)
    ));
    let growth = if plan >= before {
        ("tăng", rate(plan, before) - 10_000)
    } else {
        ("giảm", 10_000 - rate(plan, before))
    };
    if dice.chance(60) {
        let stated = stated_rate(growth.1, "growth", conflicts / 2, dice, &mut planted);
        line(format!(
            "So với năm {} ({}), kinh phí được duyệt {} {stated}.",
            year - 1,
            money(before, dice),
            growth.0
        ));
    }
    let verb = *dice.pick(&["đã giải ngân", "giải ngân được", "đã thực hiện"]);
    line(match dice.between(0, 1) {
        0 => format!("Trong {period}, {centre} {verb} {}, đạt {of_plan} kế hoạch năm.", money(done, dice)),
        _ => format!("Đến hết {period}, {verb} {}, bằng {of_plan} kế hoạch.", money(done, dice)),
    });

    // Projects by trade, which add up.
    let parts: Vec<u64> = (0..dice.between(2, 4)).map(|_| dice.between(3, 28)).collect();
    let projects: u64 = parts.iter().sum();
    let mut trades: Vec<&str> = PRODUCTS.to_vec();
    let mut list = Vec::new();
    for count in &parts {
        let trade = trades.remove((dice.next() % trades.len() as u64) as usize);
        list.push(format!("{} đề án {trade}", printed(*count, 0)));
    }
    let (stated_projects, right) = (printed(projects + 2, 0), printed(projects, 0));
    let stated = if dice.chance(conflicts / 2) {
        planted.push(Planted { relation: "sum", printed: stated_projects.clone(), right });
        stated_projects
    } else {
        right
    };
    line(format!("{} {place} hỗ trợ {stated} đề án khuyến công, gồm {}.", capital(&period), list.join(", ")));

    let mut items = Vec::new();
    let workers = dice.between(120, 5_200);
    let classes = dice.between(3, 60);
    items.push(format!(
        "Đào tạo nghề cho {} lao động, trong đó {} lao động có việc làm sau đào tạo, chiếm {}%",
        printed(workers, 0),
        printed(workers * 4 / 5, 0),
        printed(rate(workers * 4 / 5, workers), 2)
    ));
    items.push(format!(
        "Tổ chức {} lớp tập huấn khởi sự doanh nghiệp cho {} học viên",
        classes,
        printed(classes * dice.between(25, 48), 0)
    ));
    items.push(format!(
        "Xây dựng {} mô hình trình diễn kỹ thuật, kinh phí hỗ trợ {}",
        dice.between(2, 19),
        money(dice.between(300, 4_800), dice)
    ));
    items.push(format!(
        "Hỗ trợ {} cơ sở ứng dụng máy móc tiên tiến, vốn đối ứng của cơ sở trên {}",
        dice.between(4, 66),
        money(dice.between(2, 60) * 1_000, dice)
    ));
    items.push(format!(
        "Bình chọn {} sản phẩm công nghiệp nông thôn tiêu biểu; tham gia {} hội chợ với {} gian hàng",
        dice.between(5, 80),
        dice.between(1, 9),
        dice.between(6, 120)
    ));
    let mut left = dice.between(2, items.len() as u64);
    let mut written = Vec::new();
    while left > 0 {
        written.push(items.remove((dice.next() % items.len() as u64) as usize));
        left -= 1;
    }
    let (head, mark, end) = match dice.between(0, 2) {
        0 => (format!("Kết quả cụ thể {period}:"), "- ", ";"),
        1 => (format!("Các nội dung chính trong {period}:"), "+ ", "."),
        _ => (String::new(), "", "."),
    };
    if head.is_empty() {
        line(format!("Cũng trong {period}, {centre}: {}.", lower(&written.join("; "))));
    } else {
        line(format!(
            "{head}\n{}",
            written.iter().map(|item| format!("{mark}{item}{end}")).collect::<Vec<_>>().join("\n")
        ));
    }
    if dice.chance(50) {
        let mean = projects.max(1);
        line(format!(
            "Bình quân mỗi đề án được hỗ trợ {} triệu đồng.",
            printed((done * 10 + mean / 2) / mean, 1)
        ));
    }
    if dice.chance(40) {
        line(table(place, year, dice));
    }
    line((*dice.pick(CLOSINGS)).to_owned());
    line(format!(
        "Mục tiêu năm {}: kinh phí khuyến công phấn đấu đạt {}.",
        year + 1,
        money(plan + dice.between(1, 40) * 100, dice)
    ));
    Report { text: format!("{}\n", text.trim_end()), planted }
}

fn table(place: &str, year: u64, dice: &mut Dice) -> String {
    let mut rows = format!(
        "Biểu kinh phí khuyến công {place} (ĐVT: triệu đồng)\n| Nội dung | Kế hoạch {year} | Thực hiện {year} |\n| --- | --- | --- |"
    );
    let (mut plans, mut dones) = (0, 0);
    for name in ["Đào tạo nghề", "Mô hình trình diễn kỹ thuật", "Hội chợ, triển lãm"] {
        let plan = dice.between(200, 3_900);
        let done = plan * dice.between(50, 100) / 100;
        plans += plan;
        dones += done;
        let _infallible = write!(rows, "\n| {name} | {} | {} |", printed(plan, 0), printed(done, 0));
    }
    let _infallible = write!(rows, "\n| Tổng cộng | {} | {} |", printed(plans, 0), printed(dones, 0));
    rows
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + letters.as_str())
}

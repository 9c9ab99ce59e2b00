use super::*;

const ZH: Language = Language::Zh;
const EN: Language = Language::En;

/// One line a text: language, what was said, and the details as `kind value` in the order of the fields.
const TABLE: &[(Language, &str, &[&str])] = &[
    (ZH, "", &[]),
    (ZH, "押金¥199还没退", &["amount 199"]),
    (ZH, "押金199块", &["amount 199"]),
    (ZH, "一百九十九块五", &["amount 199.50"]),
    (ZH, "一九九块", &["amount 199"]),
    (ZH, "一九九块钱", &["amount 199"]),
    (ZH, "一百九十九", &["amount 199"]),
    (ZH, "大概三百二。", &["amount 320"]),
    (ZH, "一九九", &[]),
    (ZH, "三十", &[]),
    (ZH, "一百九十九号", &[]),
    (ZH, "199块5毛", &["amount 199.50"]),
    (ZH, "两百五十元", &["amount 250"]),
    (ZH, "三千五百块钱", &["amount 3500"]),
    (ZH, "充了一万二千块", &["amount 12000"]),
    (ZH, "1.5万块", &["amount 15000"]),
    (ZH, "扣了我三十", &["amount 30"]),
    (ZH, "押金是一百九十九", &["amount 199"]),
    (ZH, "花了三百多块", &["amount 300"]),
    (ZH, "十二点五元", &["amount 12.50"]),
    (ZH, "1,299元", &["amount 1299"]),
    (ZH, "￥88", &["amount 88"]),
    (ZH, "扣了我三次", &[]),
    (ZH, "一块电池坏了", &["amount 1"]),
    (ZH, "三月五号", &["date 三月五号"]),
    (ZH, "3月5日", &["date 3月5日"]),
    (ZH, "2026年3月1日买的", &["date 2026年3月1日"]),
    (ZH, "上周五退的车", &["date 上周五"]),
    (ZH, "昨天下的单", &["date 昨天"]),
    (ZH, "上个月十五号", &["date 上个月十五号"]),
    (ZH, "三天前说的", &["date 三天前"]),
    (ZH, "礼拜三来电话", &["date 礼拜三"]),
    (ZH, "前天和今天", &["date 前天", "date 今天"]),
    (ZH, "十二月二十五号", &["date 十二月二十五号"]),
    (ZH, "等了三个月", &[]),
    (ZH, "八点三十分", &[]),
    (ZH, "幺三八零零一三八零零零", &["phone 13800138000"]),
    (ZH, "欠1,250,000元", &["amount 1250000"]),
    (ZH, "我的电话是幺三八零零幺三八零零零", &["phone 13800138000"]),
    (ZH, "手机号13912345678", &["phone 13912345678"]),
    (ZH, "138 0013 8000", &["phone 13800138000"]),
    (ZH, "座机零幺零，六二七八九零幺二", &["phone 01062789012"]),
    (ZH, "打400-820-8820", &["phone 4008208820"]),
    (ZH, "订单号是202603150001", &["order 202603150001"]),
    (ZH, "订单号二零二六零三幺五", &["order 20260315"]),
    (ZH, "快递单号SF1234567890", &["order SF1234567890"]),
    (ZH, "单号A B 1 2 3 4", &["order AB1234"]),
    (ZH, "工单号9527", &["order 9527"]),
    (ZH, "昨天花了一百九十九块，电话幺三九一二三四五六七八", &["amount 199", "date 昨天", "phone 13912345678"]),
    (ZH, "押金，一百九十九块", &["amount 199"]),
    (ZH, "一個月扣三十元", &["amount 30"]),
    (EN, "", &[]),
    (EN, "I paid $199 for it", &["amount 199"]),
    (EN, "two hundred and fifty dollars", &["amount 250"]),
    (EN, "the deposit was one ninety-nine", &["amount 199"]),
    (EN, "one ninety-nine", &["amount 199"]),
    (EN, "One ninety nine.", &["amount 199"]),
    (EN, "um, it was about two seventy, please", &["amount 270"]),
    (EN, "nine thirty", &[]),
    (EN, "two fifteen", &[]),
    (EN, "one two three", &[]),
    (EN, "nineteen ninety-nine", &[]),
    (EN, "my flat is one ninety-nine B", &[]),
    (EN, "one ninety-nine dollars", &["amount 199"]),
    (EN, "twelve dollars fifty", &["amount 12.50"]),
    (EN, "twelve pounds and fifty pence", &["amount 12.50"]),
    (EN, "$1,250.75", &["amount 1250.75"]),
    (EN, "two thousand three hundred pounds", &["amount 2300"]),
    (EN, "ninety-nine quid", &["amount 99"]),
    (EN, "they charged me thirty", &["amount 30"]),
    (EN, "they charged me three times", &[]),
    (EN, "they charged me thirty days ago", &[]),
    (EN, "199 yuan", &["amount 199"]),
    (EN, "5k dollars", &["amount 5000"]),
    (EN, "March fifth", &["date March fifth"]),
    (EN, "the fifth of March", &["date the fifth of March"]),
    (EN, "on March 5th, 2026", &["date March 5th, 2026"]),
    (EN, "last Friday", &["date last Friday"]),
    (EN, "yesterday", &["date yesterday"]),
    (EN, "three weeks ago", &["date three weeks ago"]),
    (EN, "2026-03-01", &["date 2026-03-01"]),
    (EN, "you may call me", &[]),
    (EN, "I march on", &[]),
    (EN, "oh seven seven double zero, nine double zero, one two three", &["phone 07700900123"]),
    (EN, "zero seven seven double zero nine double zero one two three", &["phone 07700900123"]),
    (EN, "my number is double five five one two three four", &["phone 5551234"]),
    (EN, "call 555-123-4567", &["phone 5551234567"]),
    (EN, "+44 7700 900123", &["phone 447700900123"]),
    (EN, "order number A B one two three four", &["order AB1234"]),
    (EN, "my order is 20260315", &["order 20260315"]),
    (EN, "tracking number one zed nine", &[]),
    (EN, "parcel SF1234567890", &["order SF1234567890"]),
    (EN, "reference XK-20417", &["order XK20417"]),
    (EN, "in order to pay", &[]),
    (EN, "I paid forty five pounds last Friday, order 88231", &["amount 45", "date last Friday", "order 88231"]),
    (EN, "where is my parcel", &[]),
];

#[test]
fn details_of_the_table() {
    let mut wrong = Vec::new();
    for (language, text, expected) in TABLE {
        let found = listed(&find(text, *language));
        if found != *expected {
            wrong.push(format!("{text}: {found:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn listed(details: &Details) -> Vec<String> {
    let kinds = [
        ("amount", &details.amounts),
        ("date", &details.dates),
        ("order", &details.order_numbers),
        ("phone", &details.phone_numbers),
    ];
    kinds.iter().flat_map(|(kind, values)| values.iter().map(move |value| format!("{kind} {value}"))).collect()
}

#[test]
fn a_detail_said_twice_is_listed_once() {
    assert_eq!(find("199块，对，199块", ZH).amounts, ["199"]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,80}") {
        for language in Language::ALL {
            let _ = find(&text, language);
        }
    }

    #[test]
    fn any_row_of_number_words_is_read(text in "((one|two|ninety|hundred|thousand|million|double|point|and|oh|一|百|万|亿|点|零|块)[ ]?){0,40}") {
        for language in Language::ALL {
            let _ = find(&text, language);
        }
    }
}

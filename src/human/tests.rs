use super::*;

/// How strong a request a text is taken for: `no`, `doubtful`, `explicit`, or `person` for one of the last two.
fn strength(text: &str) -> &'static str {
    match asked(&Turn { texts: &[text], ..Turn::default() }) {
        PersonRequest::No | PersonRequest::TalkedAbout => "no",
        PersonRequest::Doubtful { .. } => "doubtful",
        PersonRequest::Explicit { .. } => "explicit",
    }
}

fn check(expected: &str, texts: &[&str]) {
    for text in texts {
        let found = strength(text);
        let is_right = found == expected || (expected == "person" && found != "no");
        assert!(is_right, "{text}: {found}, not {expected}");
    }
}

#[test]
fn english_requests() {
    check(
        "explicit",
        &[
            "agent",
            "Operator please.",
            "representative, representative",
            "I want to speak to a human being",
            "can you get me a real person",
            "put me through to customer service",
            "let me talk to your manager",
            "is there anyone I can talk to",
            "stop this robot",
            "I don't want to talk to a machine",
            "transfer me",
            "my deposit is stuck, just get me a person",
            "I'd rather explain it to an agent",
            "somebody pick up the phone",
            "how long till I can speak to an agent",
            "no no, a person",
            "Why can't I speak to a human?",
            "no bots",
        ],
    );
    check("person", &["anyone there?", "someone, please", "can somebody call me", "don't transfer me", "no agent"]);
}

#[test]
fn english_talk_about_people() {
    check(
        "no",
        &[
            "my travel agent booked it",
            "how long can a human hold their breath",
            "my granddad wouldn't speak to a machine to save his life",
            "she put me through art school, my gran",
            "the estate agent sold us the flat",
            "the agent I spoke to yesterday told me to wait",
            "human resources sent me a form",
            "you have the wrong person",
            "he wants to be a secret agent",
            "our tour operator went bust",
            "my manager said it would be refunded",
            "what is artificial intelligence",
            "she's a really kind person",
            "Are you a robot?",
            "a person stole my seat",
            "where is my parcel",
            "",
        ],
    );
}

#[test]
fn requests_turned_down() {
    check(
        "no",
        &[
            "no agent please, just tell me my balance",
            "I don't need an agent, just my bill",
            "you don't have to put anyone on, I've got my answer, thanks",
            "I don't want to talk to an agent, only the balance",
            "我不需要人工，查一下话费就行",
            "不用转人工，我就问一下几点关门",
            "不用给我转谁了，钥匙摸着了",
        ],
    );
    check(
        "explicit",
        &["为什么不给我转人工", "能不能不要机器人", "要不转人工吧", "I don't want a bot, I want a human"],
    );
    check("doubtful", &["不用转人工"]);
}

#[test]
fn mandarin_requests() {
    check(
        "explicit",
        &[
            "转人工",
            "人工",
            "人工客服",
            "我要人工",
            "押金退不了，转人工",
            "别让机器人跟我说",
            "給我轉人工",
            "转 人工。",
            "找个真人",
            "叫你们经理来听电话",
            "有没有人啊",
            "让人工来接",
            "接线员",
            "客服在吗",
            "别转来转去了，转人工",
        ],
    );
    check("person", &["穿人弓", "川人共", "传人公", "人共克服", "有人吗"]);
}

#[test]
fn english_requests_in_less_usual_words() {
    check(
        "person",
        &[
            // The call, the line or the caller goes to somebody.
            "pass me over to one of the girls",
            "connect me with the folks in accounts",
            "hand the phone to one of the grown-ups",
            "let me through to somebody",
            "put me back in that queue",
            "please connect to the concerned officer",
            // Somebody is called to the telephone.
            "kindly put the branch in-charge on the line, it is regarding my fixed deposit",
            "get a body on the line",
            "bring out your boss",
            "go fetch somebody",
            "I'd like one of your guys",
            "I'll keep hitting zero until one of you picks up",
            // What somebody shall do.
            "the verification code won't come and your tips don't work, let somebody on the team take it from here",
            "could a colleague of yours take over",
            "would somebody kindly pick up this telephone",
            "whoever's on shift, pick this up",
            // A word, a chat, a few minutes.
            "can I have a quick word with one of the lads in the office",
            "five minutes of somebody's time",
            "who else is there that I can talk to",
            "is one of the team about",
            "is Sharon there, I want Sharon",
            "extension four oh two please",
            "extension 214",
            // A voice, a desk, a clerk.
            "I'd sooner hear a living voice",
            "enough of the recorded woman",
            "ticket desk please",
            "next free clerk, please",
            "somebody from lettings, please",
            "Spanish speaker please",
            "could you summon an assistant",
            "please ask one of your team to ring me",
        ],
    );
}

#[test]
fn english_talk_close_to_less_usual_words() {
    check(
        "no",
        &[
            "I want to complain about one of your staff",
            "one of your team said it'd be here Monday",
            "I spoke to one of your people about the refund and heard nothing",
            "somebody in your office would explain, they said",
            "pass on my thanks to the team",
            "your staff were brilliant",
            "can one of your guys come and fix the boiler",
            "can someone else pick up my parcel",
            "how do I get to be one of your couriers",
            "I had a man on the line claiming to be the police",
            "block the card before somebody takes my money",
            "can I have an extension of two weeks on my loan",
            "hand the parcel to the man at number six",
            "a wedding consultant, who needs one",
            "is the office open on Sundays",
            "officer, I wasn't speeding",
            "I have a chat with the girls every Tuesday",
            "I want one of you to stop ringing me",
        ],
    );
}

#[test]
fn mandarin_requests_in_less_usual_words() {
    check(
        "person",
        &[
            // Somebody is fetched.
            "押金老是退不下来，你把管这块的人叫过来",
            "叫管押金的来",
            "叫你们员工来",
            "麻烦让懂保险的那位老师来听",
            "请会维语的同志接一下",
            "换个脑子灵光的来",
            "给我一位懂行的",
            "麻烦请位老师傅",
            "要组长",
            "闭嘴，叫人",
            "谁说了算谁来接",
            // An answer to who it is.
            "你们那儿谁值班，请他听电话",
            "还款的事我得跟信贷员商量，麻烦叫他",
            // Is there anybody.
            "有没有哪位同志能跟我说两句",
            "哪位师傅在，出来应一声",
            "柜台的人能接我电话吗",
            // The call or the caller is passed on.
            "把我接到财务那边",
            "转信贷部",
            "帮我拨到前台",
            "把我送回刚才那位女士那儿",
            "给我接通你们那个做信贷的小赵",
            // Speaking with somebody.
            "我想跟你们的大姐聊两句",
            "我想跟柜台说话",
            "就不能让我跟谁说句话吗",
            "要听人讲",
            "别拿合成的声音糊弄我",
            "你们谁管退款的来说一句",
            "换别人来",
        ],
    );
}

#[test]
fn mandarin_talk_close_to_less_usual_words() {
    check(
        "no",
        &[
            "我叫小李，押金没退",
            "把孩子的老师叫来",
            "把我以前的订单找出来",
            "我叫同事过来取一下",
            "派个师傅过来修一下",
            "找老师补课",
            "请个阿姨带孩子",
            "找个会说英语的导游",
            "想找个小姐姐聊天",
            "有哪个套餐打电话便宜",
            "能转回之前的套餐吗",
            "包裹到转运中心了",
            "想转到上海总部上班",
            "网断了，什么时候能接上",
            "你能跟我说一下几点关门吗",
            "客服部门的人说不行",
            "你们那边的人态度真差",
            "让人等了半天",
            "让送快递的接电话",
            "谁负责退押金",
            "有位同事跟我说可以免费",
            "接到你们部门的短信",
        ],
    );
}

#[test]
fn mandarin_talk_about_people() {
    check(
        "no",
        &[
            "人工智能是什么",
            "人工消雨，阅兵那年用过吧",
            "人工和机器采茶，哪个茶香一点",
            "以前打电话都得找接线员，插线头的那种",
            "跟真人下棋和跟电脑下棋不一样",
            "真人密室吓得我嗓子都喊破了",
            "找个人过日子，哪有那么容易",
            "手工做的",
            "我是工人",
            "工资什么时候发",
            "人工费多少钱",
            "人工湖在哪",
            "人工降雨",
            "供认不讳",
            "别转来转去",
            "我同事是做客服的",
            "真人秀好看吗",
            "老人公交卡怎么办",
            "个人工资",
            "扫地机器人坏了",
            "退押金",
            "有人冒充你们客服骗我",
            "",
        ],
    );
}

/// What Whisper base wrote for synthesised requests (`examples/hear_requests.rs`): condition, said, readings.
///
/// A turn counts by any of its readings. The rows marked `missed` in the last column are known not to be recognised.
/// What is past, priced, checked or turned down is no request; the same words with a wish are.
#[test]
fn people_who_are_not_wanted_now() {
    check(
        "no",
        &[
            "提现转人工审核都五天了",
            "这个人工服务费十块是什么费",
            "提示请完成真人验证，点了没反应",
            "骗子说他是人工客服，要我共享屏幕",
            "上个月转人工等了四十分钟，太离谱",
            "不找人工，就问下快递到哪了",
            "刚才人工已经帮我弄好了",
            "我前天跟你们主管谈过了说给我减免利息",
            "last week I sat forty minutes waiting for an operator, disgraceful",
            "stop putting me through to people, I only need the opening times",
            "my mother wants to speak to her doctor",
            "no I'm not a robot, I'm Greg",
            "make the invoice out to a person not a company",
            "transfer me fifty gigs to my other SIM",
        ],
    );
    check(
        "person",
        &[
            "上个月转人工等了四十分钟，这次快给我转人工",
            "不找人工怎么行，给我转人工",
            "怎么老不转人工",
            "转人工我的话费不对",
            "让你们工作人员跟我说",
            "找个懂财务的客服跟我说话",
            "last week I waited for an operator, now get me one of your people",
            "my mother wants to speak to a person",
            "connect me to a person in the billing department",
            "exit the automated system",
            "anyone above you I can speak to",
        ],
    );
}

#[test]
fn misheard_requests_are_recognised() {
    for line in include_str!("../../tests/data/misheard.tsv").lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let texts: Vec<&str> = fields[2].split('|').collect();
        let is_heard = asked(&Turn { texts: &texts, ..Turn::default() }).is_request();
        assert_eq!(is_heard, fields[3] == "heard", "{line}");
    }
}

#[test]
fn any_reading_counts_but_a_later_one_is_doubtful() {
    let turn = Turn { texts: &["转让攻略", "转人工"], ..Turn::default() };
    assert!(asked(&turn).is_request());
    let turn = Turn { texts: &["where is my parcel", "agent"], ..Turn::default() };
    assert_eq!(asked(&turn), PersonRequest::Doubtful { evidence: "agent".to_owned() });
}

#[test]
fn keys_and_repeats_count() {
    assert!(matches!(asked(&Turn { digits: "00", ..Turn::default() }), PersonRequest::Explicit { .. }));
    assert_eq!(asked(&Turn { digits: "01", ..Turn::default() }), PersonRequest::No);
    assert!(asked(&Turn { texts: &["refund"], previous: &["Refund!"], ..Turn::default() }).is_request());
}

#[test]
fn debug_prints_how_strong_a_request_is_and_not_its_words() {
    let evidence = "转人工".to_owned();
    for (request, printed) in [
        (PersonRequest::No, "No"),
        (PersonRequest::TalkedAbout, "TalkedAbout"),
        (PersonRequest::Doubtful { evidence: evidence.clone() }, "Doubtful(9 bytes)"),
        (PersonRequest::Explicit { evidence }, "Explicit(9 bytes)"),
    ] {
        assert_eq!(format!("{request:?}"), printed);
    }
}

#[test]
fn strength_orders_requests() {
    let doubtful = PersonRequest::Doubtful { evidence: "z".to_owned() };
    let explicit = PersonRequest::Explicit { evidence: "a".to_owned() };
    assert!(PersonRequest::No < PersonRequest::TalkedAbout && PersonRequest::TalkedAbout < doubtful);
    assert!(doubtful < explicit);
    assert_eq!(serde_json::to_value(&doubtful).ok(), Some(serde_json::json!({"request": "doubtful", "evidence": "z"})));
}

proptest::proptest! {
    #[test]
    fn any_text_with_a_request_asks(text in "\\PC{0,60}") {
        for request in ["转人工", "representative, representative", "我要人工客服", "Let me speak to a human."] {
            let whole = format!("{text}, {request}");
            proptest::prop_assert_ne!(strength(&whole), "no");
        }
    }

    #[test]
    fn words_around_a_request_never_hide_it(before in "([a-z]{1,8}[ ,.?!]{1,2}){0,8}", after in "([a-z]{1,8}[ ,.]){0,6}") {
        let whole = format!("{before}. I want to speak to a human being. {after}");
        proptest::prop_assert_ne!(strength(&whole), "no");
    }
}

#[test]
fn long_texts_take_time_in_proportion() {
    let long = "我的押金退不了 my deposit is gone 人人人 ".repeat(200);
    assert_eq!(strength(&long), "no");
    assert_ne!(strength(&format!("{long}，转人工")), "no");
}

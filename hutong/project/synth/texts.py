"""Made-up Chinese texts of the trade: built from clauses, names and places, so that words come as often as in real ones. No real facts."""

import random
from collections.abc import Sequence

from hutong.hotline.network.demo import GIVEN, SURNAMES

# Words that come up in the first report of one case in so many, and nowhere else: a search must find each of them.
RARE = {"千层石榴": 1_000, "纸飞机巷": 10_000, "鸢尾信箱": 25_000}

SPEAKERS = (
    "我是孩子的奶奶", "我是她班主任", "我是楼上的邻居", "我是村里的儿童主任", "我就是孩子他爸", "我是社区网格员", "我在镇卫生院上班",
    "我是孩子的姑姑", "我自己打的电话，今年上初二", "我是小区门口开超市的", "我是派出所的民警", "我是志愿者，周末去辅导作业",
    "我不想留名字", "我是孩子妈妈，在外地打工", "我是宿管老师", "我是他舅舅", "我是路过的，刚好看见", "我是医院急诊的护士",
    "我是驾校教练，孩子常来玩",
)  # fmt: skip
CHILDREN = (
    "孩子叫{name}，今年{age}岁", "说的是{name}，{age}岁，在{school}念书", "我们班的{name}，刚满{age}岁",
    "小名叫{short}，大概{age}岁的样子", "有个{age}岁的孩子，别人都叫{short}", "{name}和弟弟两个人，大的{age}岁",
)  # fmt: skip
PLACES = (
    "家住{place}老街后面那排平房", "现在在{place}租房子住", "人在{place}的外婆家", "住{place}安置小区三号楼", "在{place}农贸市场旁边",
    "户口在外地，人在{place}",
)  # fmt: skip
MATTERS = {
    "rights_violation": (
        "昨晚又听见里面打孩子，哭到后半夜", "胳膊上有好几道青印子，问他说是摔的", "继父喝了酒就动手，邻居都听得见",
        "被几个高年级的堵在厕所要钱，还拍了视频", "父母出去半个月没回来，就留了两箱方便面",
        "大冬天光脚站在楼道里，说是不写完作业不让进门", "在烧烤店端盘子到凌晨，老板说是亲戚家的",
        "有个成年男人老在校门口等她，给她买手机", "孩子说家里人把她许给了邻村的人", "被锁在屋里一整天，窗户上钉着木板",
        "身上有烟头烫的疤，新的旧的都有", "两口子离婚都不要，把孩子放在单位门口就走了",
    ),
    "psychological_support": (
        "这学期老说活着没意思，手腕上有划痕", "晚上睡不着，一个人坐在阳台上发呆", "跟妈妈吵完架三天没说话，饭也不吃",
        "成绩掉下来以后不肯去学校，一提就哭", "爸爸走了以后，他就再没笑过", "同学都不跟她玩，中午一个人躲在操场",
        "手机被收走就摔东西，说我们不爱他", "总觉得别人在背后说她坏话",
    ),
    "hardship": (
        "爷爷瘫在床上，全家靠低保过", "上个月房子漏雨塌了半边，现在借住在村委会", "孩子要做手术，还差四万多块钱",
        "爸爸在工地摔伤了，学费交不上", "一天只吃一顿饭，冬天的棉衣都没有", "三个娃挤一张床，电费欠了两个月",
        "吃的药断了快一周，村医说不能停", "奶奶捡废品供他念书，实在撑不下去了",
    ),
    "referral_service": (
        "想找个能做康复训练的地方", "老师建议去看心理医生，不知道挂哪个科", "走失两天找回来了，家里没人能照看", "想问问寄养家庭怎么联系",
        "转学手续卡住了，学校说要证明", "父母都要住院，孩子这半个月没地方去", "需要一位会手语的社工", "被救助站送回来，户籍地没人接",
    ),
    "policy_consultation": (
        "想问事实无人抚养儿童补贴怎么办", "孤儿基本生活费是按月发还是按季度发", "收养要准备哪些材料，多久能办下来",
        "残疾儿童康复补助要去哪里申请", "孩子没上户口，能不能先入学", "爸爸判刑了，妈妈联系不上，算不算无人抚养",
        "助学金申请的时间过了还能补吗", "医保交了，异地看病怎么报销",
    ),
    "other_civil_affairs": (
        "想给福利院捐一批冬衣", "上次打电话没人回，我来问问进展", "游戏充值一万多，商家不给退", "网吧让没成年的进去玩通宵",
        "小区游乐设施坏了，怕伤着娃", "想表扬上次来家里的那位社工", "学校门口卖的零食看着不放心", "之前反映的事已经解决了，撤了吧",
    ),
}  # fmt: skip
# A detail is when, who, what; those that stand first come most often, as words do.
WHEN = (
    "", "", "前几天", "昨天晚上", "今天早上", "上个星期", "这两三个月", "开学以后", "过完年", "中午放学", "半夜里", "周末", "上学期",
    "入冬以来", "国庆那阵", "去年冬天", "刚才", "下雨那天", "暑假里", "赶集那天", "前两年", "考完试", "天快黑的时候", "清明前后",
)  # fmt: skip
WHO = (
    "孩子", "他爸", "他妈", "奶奶", "老师", "邻居", "村干部", "爷爷", "学校", "社区的人", "派出所", "同学", "姑姑", "外婆", "房东",
    "儿童主任", "医生", "继父", "后妈", "舅舅", "哥哥", "妹妹", "小卖部老板", "网格员", "校车司机", "保安", "堂叔", "楼长", "志愿者",
    "宿管",
)  # fmt: skip
DID = (
    "一直没露面", "来过一趟就走了", "不肯开门", "哭了好久", "电话打不通", "说再想想办法", "不让别人管", "在外地打工", "没去上课",
    "劝了几句也不听", "瘦得厉害", "低着头不说话", "喝多了摔东西", "借钱买的药", "拿走了身份证", "发烧到三十九度", "把门反锁了",
    "翻墙跑出去", "在网吧待了一夜", "捡瓶子换钱", "送来一袋米", "写了一张保证书", "改嫁去了外省", "被判了三年", "摔断了腿",
    "住进重症病房", "欠了一屁股赌债", "拍了几张照片", "留下一封信", "带着行李走了", "搬到出租屋去了", "登记过没有下文", "交不起饭费",
    "退了学", "在工地守夜", "天天熬夜打游戏", "抢走孩子的手机", "跟人吵了一架", "耳朵背听不清", "不识字填不了表", "把低保停了",
    "卖掉了耕牛", "摆摊卖早点", "在桥洞底下睡觉", "躲进柴房", "剪掉了长头发", "偷偷攒安眠药", "画了一墙的黑圈", "烧了课本",
    "养着两只山羊", "戴着助听器", "等着配型", "丢了转学证明", "领养手续没办全", "签错了协议", "扛着锄头撵人", "蹲在井台边",
    "跟着货车走了", "卡在户口这一关", "让蜂蜇了",
)  # fmt: skip
ASKS = (
    "你们看能不能派人去看看", "麻烦尽快给个准话", "我就是想问问该找哪个部门", "能不能先给孩子找个住的地方", "希望有人跟家长谈一谈",
    "要是不归你们管，也告诉我一声", "拜托了，孩子等不起", "方便的话给我回个电话", "不用回我，管就行", "最好别让他家里知道是谁说的",
)  # fmt: skip
NOTES = (
    "再次致电报告人，补充住址和联系方式。", "与村儿童主任核实，情况属实。", "孩子情绪平稳，已吃晚饭。",
    "监护人电话暂时无法接通，明早再打。", "学校反馈今天到校上课。", "已请镇卫生院安排检查。", "报告人来电询问进展，已作说明。",
    "夜间无新情况，交接给白班。",
)  # fmt: skip
PLANS = (
    "先确认孩子今晚的住处，由县区上门见到本人，再联系监护人谈话。", "安排入户评估监护状况，请学校配合，必要时申请临时照料。",
    "核实补贴资格，指导准备材料，由街道代办。", "心理老师先行介入，一周内完成风险评估，家长同步辅导。",
    "报请公安先期处置，县区民政在场保护孩子，做好就医和陪同。",
)  # fmt: skip
REQUESTS = (
    "请今天上门，见到孩子本人后先口头报告。",
    "请核实监护和就学情况，按时提交书面报告。",
    "请派两名工作人员同去，注意不要透露报告人。",
    "请会同学校处理，重点看孩子身上有无伤情。",
)
REPORTS = (

    "{day}上门见到{name}本人，精神尚可，反映的情况基本属实。与监护人谈话一个多小时，签订了监护承诺书，约定每周由儿童主任走访一次。已协调学校安排午餐和课后看护，街道送去米面和衣物。",
    "到{place}走访，{name}由亲属照料，身上未见新伤。监护人承认管教方式不当，接受家庭教育指导。派出所作了训诫并记录在案，社工将连续跟进三个月。",
    "经核实，{name}家庭确有困难，已指导提交临时救助申请，当场收齐材料。孩子就学正常，班主任每日关注。后续由村儿童主任按月上门。",
    "联合教育、卫健到场，为{name}做了检查，结果未见严重异常。已转心理咨询，第一次面谈定在本周五下午，家长愿意陪同。",
)  # fmt: skip
REPLIES = (
    "已电话告知报告人处理结果，对方表示感谢。",
    "向报告人说明了核实情况和后续安排，未透露家庭隐私。",
    "报告人希望继续关注，已说明可随时来电。",
    "短信答复报告人，内容已存档。",
)
SAFETY = (
    "电话回访班主任并与孩子本人通话，近期无异常，居住和就学稳定。",
    "儿童主任入户查看，孩子有人照料，三餐正常，问题已解决。",
    "回访监护人和孩子，双方均确认安全，补助已到账。",
)
ANSWERS = (
    "已说明申请条件、所需材料和受理地点。",
    "建议先到街道儿童督导员处登记，已告知地址电话。",
    "安抚情绪，约定明天下午再通话。",
    "属其他部门职责，已提供对应热线。",
)
SCHOOLS = ("实验小学", "第三中学", "中心小学", "希望小学", "育才学校", "城关一小", "职业高中", "东风幼儿园")


def name(dice: random.Random) -> str:
    """A person's name."""
    return dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2, 2))))


def narrative(dice: random.Random, *, category: str, child: str, age: int, place: str, length: int = 200) -> str:
    """What somebody tells, of about `length` characters."""
    facts = {"name": child, "short": f"小{child[-1]}", "age": age, "place": place, "school": dice.choice(SCHOOLS)}
    told = [dice.choice(SPEAKERS), dice.choice(CHILDREN).format(**facts), dice.choice(PLACES).format(**facts)]
    told += dice.sample(MATTERS[category], 2)
    ask = dice.choice(ASKS)
    left = length - len(ask) - sum(len(each) + 1 for each in told)
    while left > 0:
        told.append("".join(_often(dice, words) for words in (WHEN, WHO, DID)))
        left -= len(told[-1]) + 1
    return "".join(each + ("，" if place % 2 == 0 else "。") for place, each in enumerate(told)) + ask + "。"


def _often(dice: random.Random, words: Sequence[str]) -> str:
    """One of the words; the first come oftener than the last."""
    return words[int(len(words) * dice.random() ** 2)]


def report(dice: random.Random, *, child: str, place: str) -> str:
    """What a county reports."""
    return dice.choice(REPORTS).format(name=child, place=place, day=f"{dice.randint(1, 12)}月{dice.randint(1, 28)}日")


def with_rare_words(text: str, index: int) -> str:
    """The text of the first report of the case of this index, with the rare words that fall to it."""
    return text + "".join(f"门上贴着“{word}”。" for word, every in RARE.items() if index % every == every // 2)


def rare_hits(word: str, cases: int) -> int:
    """In how many of so many cases the word is."""
    every = RARE[word]
    return max(0, (cases - every // 2 + every - 1) // every)

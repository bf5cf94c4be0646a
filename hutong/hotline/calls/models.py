"""The telephone: ways in, what is said on them, who sits ready, calls with all that happened to them, and whom to call back.

A call and its legs are what the exchange carries; the truth about them is here, and the process `phone` keeps the two together.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.models import Case
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.keys.fields import BlindIndex, SealedRow, SealedText
from hutong.hotline.network.models import Office, Post, Session


class Mode(models.TextChoices):
    OWN = "own", _("新设 12349")
    EXTENSION = "extension", _("原有 12349 的分线")
    FORWARDED = "forwarded", _("由原号码转来")
    GOVERNMENT_LINE = "government_line", _("12345 转来")


class Line(models.Model):
    """A way in: the number dialled and, where calls come on from another number, that one. Which key means what, one at most.

    `key_means` is `danger` or a language code. A line that keeps office hours sends calls at other times to the call-backs.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    centre = models.ForeignKey(Office, models.PROTECT, related_name="lines", verbose_name=_("受理中心"))
    name = models.CharField(_("名称"), max_length=60)
    number = models.CharField(_("被叫号码"), max_length=20)
    mode = models.CharField(_("接入方式"), max_length=16, choices=Mode)
    older_number = models.CharField(_("原号码"), max_length=20, blank=True)
    key = models.CharField(_("按键"), max_length=1, blank=True)
    key_means = models.CharField(_("按键含义"), max_length=10, blank=True)
    keeps_hours = models.BooleanField(_("只在工作时间人工接听"), default=False)
    valid_from = models.DateField(_("启用日期"))
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        db_table = "calls_line"
        constraints = [
            models.UniqueConstraint(fields=["number", "older_number"], condition=Q(valid_to=None), name="line_once"),
            models.CheckConstraint(condition=Q(number__regex=r"^\+?\d{3,19}$"), name="line_number"),
            models.CheckConstraint(condition=Q(older_number="") | Q(older_number__regex=r"^\+?\d{3,19}$"), name="line_older_number"),
            models.CheckConstraint(condition=~Q(mode="forwarded") | ~Q(older_number=""), name="line_forwarded_from"),
            models.CheckConstraint(condition=Q(key="", key_means="") | Q(key__regex=r"^[0-9]$") & ~Q(key_means=""), name="line_key_means"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="line_period"),
        ]

    def __str__(self) -> str:
        return self.name


class SoundName(models.TextChoices):
    GREETING = "greeting", _("欢迎语（含录音告知）")
    PLACE = "place", _("排队位置")
    WAITING = "waiting", _("等候提示")
    APOLOGY = "apology", _("掉线致歉")
    AFTER_HOURS = "after_hours", _("非工作时间")
    OFFER_CALL_BACK = "offer_call_back", _("提议回电")
    CALL_BACK_PROMISED = "call_back_promised", _("已登记回电")


class Sound(models.Model):
    """What callers of a centre hear, in one language: a text, and a recording of it; without one a speech engine speaks the text."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    centre = models.ForeignKey(Office, models.PROTECT, related_name="sounds", verbose_name=_("受理中心"))
    name = models.CharField(_("用途"), max_length=20, choices=SoundName)
    language = models.CharField(_("语言"), max_length=10, default="zh")
    text = models.CharField(_("文字"), max_length=200)
    audio = models.BinaryField(_("录音"), null=True)
    edited_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("修改人"))
    edited_at = models.DateTimeField(_("修改时间"))

    class Meta:
        db_table = "calls_sound"
        constraints = [
            models.UniqueConstraint(fields=["centre", "name", "language"], name="sound_once"),
            models.CheckConstraint(condition=~Q(text=""), name="sound_text"),
        ]


class Skill(models.Model):
    """What a person can do that a caller may need: `language:xx`, `psychologist`, `minors`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    post = models.ForeignKey(Post, models.CASCADE, related_name="skills", verbose_name=_("岗位"))
    skill = models.CharField(_("技能"), max_length=20)

    class Meta:
        db_table = "calls_skill"
        constraints = [
            models.UniqueConstraint(fields=["post", "skill"], name="skill_once"),
            models.CheckConstraint(condition=Q(skill__regex=r"^(language:[a-z]{2,3}|psychologist|minors)$"), name="skill_known"),
        ]


class Agreement(models.Model):
    """A neighbouring centre takes the calls that a centre cannot take in time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    centre = models.ForeignKey(Office, models.PROTECT, related_name="agreements", verbose_name=_("中心"))
    neighbour = models.ForeignKey(Office, models.PROTECT, related_name="agreements_for_others", verbose_name=_("代接中心"))
    valid_from = models.DateField(_("启用日期"))
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        db_table = "calls_agreement"
        constraints = [
            models.UniqueConstraint(fields=["centre", "neighbour"], condition=Q(valid_to=None), name="agreement_once"),
            models.CheckConstraint(condition=~Q(centre=F("neighbour")), name="agreement_of_two"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="agreement_period"),
        ]


class CallBackReason(models.TextChoices):
    ABANDONED = "abandoned", _("等候中挂断")
    AFTER_HOURS = "after_hours", _("非工作时间来电")
    ASKED = "asked", _("来电人选择回电")
    LOST = "lost", _("通话中断")
    UNWRITTEN = "unwritten", _("通话后没有登记")


class CallBackOutcome(models.TextChoices):
    REACHED = "reached", _("已回电")
    CALLED_AGAIN = "called_again", _("对方又打来并接通")
    NOT_REACHED = "not_reached", _("多次未接通")
    NO_NUMBER = "no_number", _("没有来电号码")
    WRITTEN = "written", _("已补登记")


class CallBack(SealedRow):
    """Somebody must be called back until `due_at`. `place_since` is the moment from which its place in the queue counts.

    One that nobody settles in time becomes a case at intake, as an unread report does (`case`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    call = models.ForeignKey("hotline.Call", models.PROTECT, related_name="+")
    centre = models.ForeignKey(Office, models.PROTECT, related_name="call_backs", verbose_name=_("受理中心"))
    number = SealedText(_("号码"))
    number_index = BlindIndex(of="number")
    reason = models.CharField(_("原因"), max_length=12, choices=CallBackReason)
    is_danger = models.BooleanField(_("有危险"), default=False)
    language = models.CharField(_("语言"), max_length=10, default="zh")
    place_since = models.DateTimeField(_("排队起点"))
    made_at = models.DateTimeField(_("登记时间"))
    due_at = models.DateTimeField(_("回电期限"))
    taken_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="call_backs", verbose_name=_("回电人"))
    tries = models.PositiveSmallIntegerField(_("已拨次数"), default=0)
    missed_at = models.DateTimeField(_("逾期时间"), null=True)
    settled_at = models.DateTimeField(_("办结时间"), null=True)
    outcome = models.CharField(_("结果"), max_length=12, choices=CallBackOutcome, blank=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="call_backs", verbose_name=_("个案"))

    class Meta:
        db_table = "calls_call_back"
        indexes = [models.Index(fields=["due_at"], name="call_back_due", condition=Q(settled_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "number_index"], condition=Q(settled_at=None) & ~Q(number_index=""), name="call_back_open_once"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, outcome="") | Q(settled_at__isnull=False) & ~Q(outcome=""), name="call_back_settled"
            ),
        ]


class Direction(models.TextChoices):
    IN = "in", _("呼入")
    OUT = "out", _("呼出")


class CallState(models.TextChoices):
    GREETING = "greeting", _("欢迎语")
    QUEUED = "queued", _("排队")
    RINGING = "ringing", _("振铃")
    TALKING = "talking", _("通话中")
    ENDED = "ended", _("已结束")


class EndedHow(models.TextChoices):
    ANSWERED = "answered", _("已接通")
    ABANDONED = "abandoned", _("等候中挂断")
    AFTER_HOURS = "after_hours", _("非工作时间")
    CALL_BACK = "call_back", _("约定回电")
    LOST = "lost", _("中断")
    NOT_REACHED = "not_reached", _("未接通")


class QueueStep(models.TextChoices):
    OWN = "own", _("本中心")
    LEAD = "lead", _("值班长")
    NEIGHBOUR = "neighbour", _("代接中心")
    OFFER = "offer", _("提议回电")


class Purpose(models.TextChoices):
    REPLY = "reply", _("答复")
    FOLLOW_UP = "follow_up", _("回访")
    CALL_BACK = "call_back", _("回电")


class Call(SealedRow):
    """One telephone call. `caller` is whoever is at the other end, in or out; '' where the number is withheld.

    `contact` is what was written down of it. An inbound call that nobody answered names the call-back that it became.
    `operator` is who is rung or talks, or talked last. `channel` and `bridge` are the exchange's names.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    direction = models.CharField(_("方向"), max_length=3, choices=Direction)
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="calls", verbose_name=_("线路"))
    centre = models.ForeignKey(Office, models.PROTECT, related_name="calls", verbose_name=_("受理中心"))
    caller = SealedText(_("对方号码"))
    caller_index = BlindIndex(of="caller")
    diverted_from = models.CharField(_("转自号码"), max_length=20, blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=CallState)
    ended_how = models.CharField(_("怎样结束"), max_length=12, choices=EndedHow, blank=True)
    is_danger = models.BooleanField(_("有危险"), default=False)
    language = models.CharField(_("语言"), max_length=10, default="zh")
    was_cut_off = models.BooleanField(_("曾被中断"), default=False)
    step = models.CharField(_("排队步骤"), max_length=9, choices=QueueStep, default=QueueStep.OWN)
    arrived_at = models.DateTimeField(_("呼入时间"))
    queued_at = models.DateTimeField(_("开始排队"), null=True)
    answered_at = models.DateTimeField(_("接通时间"), null=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True)
    operator = models.ForeignKey(Post, models.PROTECT, null=True, related_name="calls", verbose_name=_("接线员"))
    channel = models.CharField(max_length=80)
    bridge = models.CharField(max_length=80, blank=True)
    contact = models.OneToOneField(Contact, models.PROTECT, null=True, related_name="call", verbose_name=_("来访记录"))
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="calls", verbose_name=_("个案"))
    purpose = models.CharField(_("呼出目的"), max_length=10, choices=Purpose, blank=True)
    call_back = models.ForeignKey(CallBack, models.PROTECT, null=True, related_name="calls", verbose_name=_("回电任务"))

    class Meta:
        db_table = "calls_call"
        indexes = [
            models.Index(fields=["centre", "state"], name="call_open", condition=~Q(state="ended")),
            models.Index(fields=["centre", "-arrived_at"], name="call_centre_time"),
            models.Index(fields=["caller_index", "-arrived_at"], name="call_caller", condition=~Q(caller_index="")),
            models.Index(fields=["case", "-arrived_at"], name="call_case", condition=Q(case__isnull=False)),
            models.Index(
                fields=["ended_at"], name="call_unwritten", condition=Q(direction="in", state="ended", contact=None, call_back=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["channel"], condition=~Q(state="ended"), name="call_of_channel"),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) & ~Q(ended_how="") | ~Q(state="ended") & Q(ended_at=None, ended_how=""),
                name="call_ended",
            ),
            models.CheckConstraint(condition=Q(direction="out") | Q(line__isnull=False), name="call_in_by_a_line"),
            models.CheckConstraint(condition=Q(direction="in") | Q(operator__isnull=False), name="call_out_by_somebody"),
            models.CheckConstraint(condition=Q(direction="in", purpose="") | Q(direction="out") & ~Q(purpose=""), name="call_purpose"),
            models.CheckConstraint(condition=~Q(purpose__in=["reply", "follow_up"]) | Q(case__isnull=False), name="call_of_a_case"),
            models.CheckConstraint(condition=~Q(purpose="call_back") | Q(call_back__isnull=False), name="call_for_a_call_back"),
            models.CheckConstraint(condition=~Q(state="talking") | Q(answered_at__isnull=False), name="call_talking"),
            models.CheckConstraint(condition=~Q(ended_how="answered") | Q(answered_at__isnull=False), name="call_answered"),
            # No call is ever only a row: what nobody answered is a call-back or was written down.
            models.CheckConstraint(
                condition=~Q(direction="in", state="ended")
                | Q(ended_how="answered")
                | Q(call_back__isnull=False)
                | Q(contact__isnull=False),
                name="call_is_never_only_a_row",
            ),
        ]


class LegRole(models.TextChoices):
    CALLER = "caller", _("来电人")
    OPERATOR = "operator", _("接线员")
    EXPERT = "expert", _("专家")
    OUTSIDE = "outside", _("外线")
    LISTENER = "listener", _("旁听")
    WHISPERER = "whisperer", _("耳语")
    JOINER = "joiner", _("加入")


class Leg(SealedRow):
    """One party of a call: rung, then there from `joined_at` until `left_at`. `channel` is its name at the exchange."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="legs")
    channel = models.CharField(max_length=80)
    role = models.CharField(_("身份"), max_length=10, choices=LegRole)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="legs", verbose_name=_("岗位"))
    number = SealedText(_("号码"))
    rung_at = models.DateTimeField(_("开始振铃"))
    joined_at = models.DateTimeField(_("加入时间"), null=True)
    left_at = models.DateTimeField(_("离开时间"), null=True)
    is_held = models.BooleanField(_("保持中"), default=False)

    class Meta:
        db_table = "calls_leg"
        indexes = [models.Index(fields=["post"], name="leg_there", condition=Q(left_at=None))]
        constraints = [
            models.UniqueConstraint(fields=["channel"], name="leg_of_channel"),
            models.CheckConstraint(condition=Q(left_at=None) | Q(left_at__gte=F("rung_at")), name="leg_period"),
        ]


class CallEvent(models.Model):
    """One thing that happened to a call. Append-only; `detail` holds ids and codes, never what was said."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="events")
    at = models.DateTimeField(_("时间"))
    action = models.CharField(_("动作"), max_length=24)
    by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name=_("经手人"))
    detail = models.JSONField(_("说明"), default=dict)

    class Meta:
        db_table = "calls_event"
        indexes = [models.Index(fields=["call", "at"], name="call_story")]


class SeatState(models.TextChoices):
    AWAY = "away", _("离席")
    READY = "ready", _("空闲")
    RINGING = "ringing", _("振铃")
    TALKING = "talking", _("通话中")
    WRAP_UP = "wrap_up", _("话后登记")
    ON_BREAK = "on_break", _("小休")


class Seat(models.Model):
    """Where a person answers: what they do since when, and the SIP user as which their phone window signs in.

    `digest` (HA1) is made anew each time the window opens; the password itself is never kept. `call` is what rings or is talked
    of, and in wrap-up what is still to be written down.
    """

    post = models.OneToOneField(Post, models.CASCADE, primary_key=True, related_name="seat")
    session = models.ForeignKey(Session, models.PROTECT, null=True, related_name="+")  # in which the window opened, and with which it ends
    state = models.CharField(_("状态"), max_length=8, choices=SeatState, default=SeatState.AWAY)
    since = models.DateTimeField(_("自"))
    reason = models.CharField(_("原因"), max_length=40, blank=True)
    call = models.ForeignKey(Call, models.PROTECT, null=True, related_name="seats", verbose_name=_("通话"))
    window_seen_at = models.DateTimeField(_("话机窗口最近在线"), null=True)
    user = models.CharField(max_length=40, unique=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "calls_seat"
        indexes = [models.Index(fields=["state"], name="seat_at_work", condition=~Q(state="away"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["ringing", "talking", "wrap_up"], call__isnull=False)
                | Q(state__in=["away", "ready", "on_break"], call=None),
                name="seat_has_a_call",
            ),
            models.CheckConstraint(condition=~Q(state="on_break") | ~Q(reason=""), name="seat_break_reason"),
        ]


class Asked(models.TextChoices):
    HOLD = "hold", _("保持")
    UNHOLD = "unhold", _("恢复通话")
    TRANSFER_WARM = "transfer_warm", _("咨询转接")
    TRANSFER_BLIND = "transfer_blind", _("直接转接")
    ADD = "add", _("三方通话")
    DROP = "drop", _("移出一方")
    LISTEN = "listen", _("旁听")
    WHISPER = "whisper", _("耳语")
    JOIN = "join", _("加入通话")
    TAKE_OVER = "take_over", _("接手通话")
    HANG_UP = "hang_up", _("挂断")
    DIAL = "dial", _("拨出")
    HELP = "help", _("求助值班长")
    PAUSE_RECORDING = "pause_recording", _("暂停录音")
    RESUME_RECORDING = "resume_recording", _("继续录音")


class Wish(SealedRow):
    """What a person asked of a call: the only road from a page to the exchange. Carried out once; `fault` says why it could not be.

    `place` is where the child is, for an outside number that is rung.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="wishes")
    asked = models.CharField(_("要求"), max_length=16, choices=Asked)
    arguments = models.JSONField(default=dict)
    place = SealedText(_("儿童所在地"))
    by = models.ForeignKey(Post, models.PROTECT, related_name="wishes", verbose_name=_("提出人"))
    at = models.DateTimeField(_("时间"))
    done_at = models.DateTimeField(_("办成时间"), null=True)
    fault = models.CharField(_("未办成原因"), max_length=40, blank=True)

    class Meta:
        db_table = "calls_wish"
        indexes = [models.Index(fields=["at"], name="wish_open", condition=Q(done_at=None, fault=""))]
        constraints = [models.CheckConstraint(condition=Q(done_at=None) | Q(fault=""), name="wish_done_or_not")]

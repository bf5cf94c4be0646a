"""The log in words: what was done, and on which page."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.hotline.calls.models import Asked
from hutong.hotline.cases import pace, sight
from hutong.hotline.cases.rules import ACTIONS
from hutong.hotline.cases.sight import FIELD_LABELS, SECTION_LABELS
from hutong.hotline.kernel.texts import listed
from hutong.hotline.network import approving
from hutong.hotline.recordings.models import PlayPurpose

VERBS: dict[str, str | Promise] = {
    "looked": _("看了"),
    "listed": _("在列表中看到"),
    "refused": _("被拒绝"),
    "exported": _("导出"),
    "network_exported": _("导出机构与人员"),
    "rulebook_exported": _("导出制度"),
    "asked_who_saw": _("查谁看过这个孩子"),
    "searched_log": _("查审计记录"),
    "log_exported": _("导出审计记录"),
    "signed_in": _("登录"),
    "took_post": _("开始以此岗位工作"),
    "signed_out": _("退出"),
    "sign_in_failed": _("登录失败"),
    "sign_in_held_off": _("多次失败后仍尝试登录"),
    "factor_failed": _("第二步验证失败"),
    "proved": _("再次证明身份"),
    "became_wall": _("改为大屏"),
    "session_ended": _("登录被结束"),
    "failures_told": _("用此账号登录失败的提醒"),
    "new_browser_told": _("在新浏览器登录的提醒"),
    "many_cases": _("一小时内打开的个案比通常多"),
    "too_many_cases": _("一小时内打开的个案太多，被暂停"),
    "many_cases_told": _("有人打开的个案比通常多的提醒"),
    "too_many_cases_told": _("有人打开的个案太多、被暂停的提醒"),
    "key_told": _("建立了接口密钥的提醒"),
    "factor_added": _("添加验证方式"),
    "factor_removed": _("删除验证方式"),
    "recovery_codes_made": _("生成恢复码"),
    "factor_reset_asked": _("申请重置验证方式"),
    "factor_reset_agreed": _("确认重置验证方式"),
    "factor_reset_refused": _("不同意重置验证方式"),
    "password_chosen": _("更改自己的密码"),
    "identity_bound": _("绑定统一身份认证"),
    "identity_unbound": _("解除统一身份认证"),
    "post_given": _("给予岗位"),
    "post_ended": _("结束岗位"),
    "token_made": _("建立密钥"),
    "token_ended": _("停用密钥"),
    "staff_added": _("增加人员"),
    "staff_changed": _("修改人员"),
    "staff_deactivated": _("停用人员"),
    "password_set": _("设置密码"),
    "office_added": _("增加机构"),
    "office_changed": _("修改机构"),
    "office_ended": _("停用机构"),
    "acknowledged": _("确认知道"),
    "revealed": _("看了隐去的内容"),
    "many_reveals": _("一小时内多次查看隐去的内容"),
    "contract_added": _("登记合同"),
    "contract_ended": _("提前结束合同"),
    "take": _("登记来访"),
    "receive": _("收到来访"),
    "settle_contact": _("了结来访"),
    "access_approved": _("批准查看未成年人资料"),
    "access_ended": _("提前结束批准"),
    "put_in_charge": _("指定数据负责人"),
    "charge_ended": _("不再是数据负责人"),
    "case_held": _("依法留存"),
    "case_released": _("结束留存"),
    "person_held": _("按人员依法留存"),
    "person_released": _("结束按人员的留存"),
    "export_asked": _("申请导出"),
    "export_agreed": _("同意导出"),
    "erased": _("按期限删除"),
    "remember_child": _("记下儿童"),
    "remember_person": _("记下人员"),
    "change_child": _("修改儿童信息"),
    "change_person": _("修改人员信息"),
    "recording_played": _("听了录音"),
    "recording_held": _("依法留存录音"),
    "recording_released": _("解除录音的留存"),
    "recording_kept": _("录音已加密保存"),
    "recording_lost": _("录音未能保存"),
    "recording_paused": _("暂停录音"),
    "recording_resumed": _("继续录音"),
    "recording_destroyed": _("录音到期销毁"),
    "settle_call_back": _("了结应回电话"),
    "open_phone": _("打开话机"),
    "save_sound": _("保存提示音"),
    "set_skills": _("修改接线员的语言和技能"),
    "open_line": _("登记热线号码"),
    "end_line": _("停用热线号码"),
    "agree": _("登记中心之间的协议"),
    "end_agreement": _("结束中心之间的协议"),
    "division_added": _("增加区划"),
    "division_renamed": _("修改区划名称"),
    "division_ended": _("停用区划"),
    "division_restored": _("恢复区划"),
    "publish_year": _("公布一年的放假安排"),
    "set_hours": _("设定机构的工作时间"),
    "set_local_days": _("设定本地放假"),
    "end_local_day": _("取消本地放假"),
    "rulebook_begun": _("起草制度"),
    "rulebook_tried": _("试算制度"),
    "rulebook_approved": _("批准制度"),
    "rulebook_withdrawn": _("撤回制度"),
    "key_rotated": _("更换密钥"),
    "field_key_retired": _("停用旧的字段密钥"),
    "restored": _("从备份恢复"),
    "way_added": _("增加通知方式"),
    "way_changed": _("修改通知方式"),
    "way_removed": _("删除通知方式"),
    "way_tested": _("试发通知"),
}
PARTS: dict[str, str | Promise] = {
    "cases:case": _("个案页"),
    "cases:case/elsewhere": _("同一儿童的其他个案"),
    "cases:region/top": _("个案页：办到哪里"),
    "cases:region/story": _("个案页：经过"),
    "cases:region/file": _("个案页：儿童、人员与来访"),
    "cases:story": _("全部经过"),
    "cases:why": _("时限说明"),
    "cases:hold": _("依法留存"),
    "cases:end_hold": _("结束留存"),
    "cases:people_held": _("按人员依法留存"),
    "cases:end_person_hold": _("结束按人员的留存"),
    "cases:archive": _("归档包"),
    "cases:export": _("归档包"),
    "cases:act": _("办理表单"),
    "cases:reveal": _("说明理由查看"),
    "cases:review": _("复核紧急查看"),
    "cases:work": _("工作列表"),
    "cases:search": _("查询结果"),
    "county:work": _("办件列表"),
    "shift:board": _("值班看板"),
    "shift:list": _("值班看板的列表"),
    "province:board": _("全省看板"),
    "province:cases": _("全省看板的列表"),
    "supervision:order": _("督办单"),
    "supervision:orders": _("督办单列表"),
    "supervision:letter": _("督办单公文"),
    "supervision:office": _("机构的督办单"),
    "operator:desk": _("接线台"),
    "operator:contact": _("来访登记表"),
    "operator:known": _("接线台：以前的来访和个案"),
    "operator:pending": _("接线台：等待受理"),
    "notices:alerts": _("特急提醒"),
    "cases:reveal_reporter": _("说明理由查看"),
    "cases:emergency": _("紧急查看"),
    "recordings:ask": _("收听录音"),
    "recordings:play": _("收听录音"),
    "recordings:audio": _("收听录音"),
    "recordings:hold": _("录音的依法留存"),
    "recordings:release": _("解除录音的留存"),
    "phone:call": _("通话详情"),
    "phone:call_backs": _("应回电话"),
    "phone:dial_for_case": _("用话机拨打"),
    "audit:find": _("按编号查孩子"),
    "audit:shown": _("查看隐去内容与紧急查看"),
    "audit:seals": _("封存与检查点"),
    "audit:child": _("谁看过这个孩子"),
    "audit:index": _("审计记录"),
    "audit:yearly": _("年度合规审计"),
    "audit:touched": _("账号碰过谁的资料"),
    "audit:exports": _("文件是谁导出的"),
    "api:listed": _("接口：个案列表"),
    "api:read": _("接口：个案，或来访的结果"),
    "api:create": _("接口：报送来访"),
}
DESKS: dict[str, str | Promise] = {
    "account": _("登录与安全"), "approvals": _("查看批准"), "api": _("接口"), "audit": _("审计记录"), "cases": _("个案"),
    "components": _("机构和区划的名称"), "county": _("办件"), "notices": _("通知方式"), "office": _("机构与人员"), "operator": _("接线台"),
    "phone": _("话机"), "province": _("全省看板"), "recordings": _("通话录音"), "rulebook": _("制度"), "shift": _("值班看板"),
    "supervision": _("督办"),
}  # fmt: skip
REASONS: dict[str, str | Promise] = {
    "guardian_asks": _("监护人询问"),
    "authority_asks": _("司法机关或监察机关依法调取"),
    "complaint": _("有人投诉资料外泄"),
    "own_check": _("本中心自查"),
    "audit": _("审计"),
}
# Why something was looked at, as it was chosen: who saw a child, a masked value, an emergency, a recording; and refusals without a form.
WHY_CHOSEN: Mapping[str, str | Promise] = {
    **dict(PlayPurpose.choices), **sight.WHY, **sight.EMERGENCY_WHY, **REASONS,
    pace.TOO_MANY.code: VERBS["too_many_cases"], approving.NOT_APPROVED.code: approving.NOT_APPROVED.sentence,
}  # fmt: skip


IN_A_CALL = "call_"  # what was asked of the exchange in a call: `Asked`


def verb(code: str) -> str | Promise:
    """What was done."""
    if code in VERBS or code in ACTIONS:
        return VERBS.get(code) or ACTIONS[code].done
    wanted = code.removeprefix(IN_A_CALL)
    return format_lazy(_("通话中：{what}"), what=Asked(wanted).label) if code.startswith(IN_A_CALL) and wanted in Asked else code


def part(code: str) -> str | Promise:
    """On which page; of a page with many forms or lists, the page; else of which desk."""
    return PARTS.get(code) or PARTS.get(code.partition("/")[0]) or DESKS.get(code.partition(":")[0]) or code


def what(detail: Mapping[str, Any]) -> str:
    """What of a case, a call or a recording was seen or taken: the page, the one value, the file by its serial."""
    value = (SECTION_LABELS.get(detail.get("section", ""), ""), FIELD_LABELS.get(detail.get("field", ""), ""))
    serial = gettext("序号 {serial}").format(serial=detail["serial"]) if detail.get("serial") else ""
    return " · ".join(str(each) for each in (part(detail.get("part", "")), *value, serial) if each)


def why(detail: Mapping[str, Any]) -> str | Promise:
    """The reason that the asker chose, or for which they were refused, if the line has one."""
    given = detail.get("why") or detail.get("purpose") or detail.get("reason") or ""
    return WHY_CHOSEN.get(given, "")


def parts(codes: Iterable[str]) -> str:
    """Several pages, each once; forms of many deeds are one."""
    return listed(dict.fromkeys(str(part(code)) for code in codes))

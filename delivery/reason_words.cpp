#include "delivery/reason_words.hpp"

#include <algorithm>
#include <array>

#include "delivery/channel.hpp"

namespace songda::delivery {
namespace {

struct Words {
    Reason reason;
    std::string_view zh;
    std::string_view en;
};
constexpr std::array all_words = {
    Words{Reason::address_invalid, "地址不存在，请与申请人核对", "the address does not exist"},
    Words{Reason::address_unreachable, "地址所在的域或服务器无法投递",
          "the address's domain or host takes no delivery"},
    Words{Reason::mailbox_full, "收件人邮箱已满", "the mailbox is full"},
    Words{Reason::policy_rejected, "对方按其规则拒收，运维人员须查明",
          "the other side's policy refuses it: operations must look"},
    Words{Reason::content_too_large, "文件过大，对方不收", "it is too large for the other side"},
    Words{Reason::config_auth, "本系统的账号或密码不被接受", "our credentials are refused"},
    Words{Reason::config_cert, "安全连接或密钥配置有误", "TLS or a key is set up wrongly"},
    Words{Reason::rate_limited, "对方限制了发送速度", "the other side limits how fast we send"},
    Words{Reason::provider_down, "对方服务器暂时不可用", "the other side's server is away"},
    Words{Reason::network, "网络中断", "the network failed"},
    Words{Reason::timeout, "对方在时限内没有应答", "nobody answered in time"},
    Words{Reason::outcome_unknown, "结果不明，可能已送出",
          "the outcome is unknown; it may be there"},
    Words{Reason::endpoint_gone, "对方接口已停用", "the receiver wants no more"},
    Words{Reason::lease_lost, "派送中断，结果不明", "the sender vanished; the outcome is unknown"},
    Words{Reason::no_news, "长期没有消息", "there was no news for long"},
    Words{Reason::deadline_passed, "已过时限", "its time is over"},
    Words{Reason::storage, "本系统的存储无法读取", "our own copy cannot be read"},
    Words{Reason::service_stopped, "服务停止，尚未发送", "the service stopped before it was tried"},
    Words{Reason::channel_paused, "渠道暂停，尚未发送", "the channel is paused; not tried yet"},
    Words{Reason::earlier_first, "等待先前的投递完成", "something sent earlier is not over"},
    Words{Reason::bounced, "被退回", "it came back"},
    Words{Reason::lost, "遗失", "it is lost"},
    Words{Reason::overturned, "经核实并未到达", "contested, and found not to have arrived"},
    Words{Reason::served_already, "已由其他方式送达，不再发送",
          "another way has served it; not sent"},
    Words{Reason::blocked_by_user, "收件人拒收此类消息", "the recipient wants no such messages"},
    Words{Reason::quota, "超过当日或渠道限额", "a quota is used up"},
    Words{Reason::template_invalid, "消息模板或参数不被接受",
          "the template or its values are refused"},
    Words{Reason::not_answered, "无人接听", "nobody answered"},
    Words{Reason::quiet_hours, "夜间不打扰，天亮后发送", "not at night; sent in the morning"},
    Words{Reason::awaits_handover, "等待工作人员交寄", "waits for a clerk to hand it to the post"},
    Words{Reason::contradicted, "轨迹互相矛盾，待人工核实",
          "reports contradict each other; a person decides"},
    Words{Reason::refused, "收件人拒收", "the addressee refused it"},
    Words{Reason::not_home, "收件人不在", "nobody was at home"},
    Words{Reason::moved, "收件人已搬离", "the addressee has moved"},
    Words{Reason::closed, "收件单位休息或停业", "the addressee's place was closed"},
    Words{Reason::verification_failed, "身份核验未通过", "the identity could not be verified"},
    Words{Reason::expired_unclaimed, "逾期无人领取", "nobody claimed it in time"},
    Words{Reason::damaged, "邮件破损", "it is damaged"},
    Words{Reason::customs, "被海关扣留", "customs hold it"},
    Words{Reason::line_busy, "传真号码占线", "the fax number is busy"},
    Words{Reason::no_fax, "接听的不是传真机，请与申请人核对号码",
          "what answers there is no fax machine: ask for the number again"},
    Words{Reason::line_failed, "通话中断，页面未能传出", "the call broke off"},
    Words{Reason::pages_missing, "对方确认的页数少于文书页数",
          "fewer pages were confirmed than the document has"},
};
static_assert(all_words.size() == static_cast<std::size_t>(Reason::pages_missing));

const Words* find_words(std::string_view name) {
    const auto found = std::find_if(all_words.begin(), all_words.end(), [&](const Words& each) {
        return reason_name(each.reason) == name;
    });
    return found == all_words.end() ? nullptr : &*found;
}

} // namespace

std::string_view reason_words_zh(std::string_view name) {
    const Words* const found = find_words(name);
    return found == nullptr ? std::string_view() : found->zh;
}

std::string_view reason_words(std::string_view name) {
    const Words* const found = find_words(name);
    return found == nullptr ? std::string_view() : found->en;
}

} // namespace songda::delivery

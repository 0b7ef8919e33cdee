#include "delivery/tracking_words.hpp"

#include <algorithm>
#include <array>

namespace songda::delivery {
namespace {

using enum LegState;

constexpr std::array words = {
    TrackedWord{"handed_over", accepted, "handed_over", "", "已交寄", "handed to the post"},
    TrackedWord{"accepted", accepted, "", "", "承运方已受理", "taken over by the carrier"},
    TrackedWord{"picked_up", in_transit, "picked_up", "", "已揽收", "picked up"},
    TrackedWord{"in_transit", in_transit, "", "", "运输中", "on its way"},
    TrackedWord{"out_for_delivery", in_transit, "out_for_delivery", "", "派送中",
                "out for delivery"},
    TrackedWord{"delayed", in_transit, "delayed", "", "延误", "delayed"},
    TrackedWord{"on_hold", in_transit, "on_hold", "", "暂存待处理", "on hold"},
    TrackedWord{"customs", in_transit, "customs", "", "海关处理中", "with customs"},
    TrackedWord{"attempted", attempted, "", "", "投递一次未成，将再投", "one attempt failed"},
    TrackedWord{"available", available, "", "", "已到代取点，可领取", "ready to be collected"},
    TrackedWord{"refused", refused, "", "refused", "收件人拒收", "refused by the addressee"},
    TrackedWord{"expired", expired, "", "expired_unclaimed", "逾期未领取", "not claimed in time"},
    TrackedWord{"returning", returning, "", "", "正在退回", "on its way back"},
    TrackedWord{"returned", returned, "", "", "已退回寄件人", "back with the sender"},
    TrackedWord{"lost", failed, "", "lost", "邮件遗失", "lost"},
    TrackedWord{"damaged", failed, "", "damaged", "邮件毁损", "damaged"},
};

/// What `delivered` means by who took it.
constexpr std::array receipts = {
    TrackedWord{"addressee", reached, "addressee", "", "已投递收件人", "delivered"},
    TrackedWord{"agent", reached, "agent", "", "已投递受托代收人",
                "delivered to the authorised agent"},
    TrackedWord{"sender", returned, "sender", "", "已退交寄件人", "handed back to the sender"},
    TrackedWord{"guard", available, "guard", "", "门卫、物业代收，待收件人领取",
                "with the guard; the addressee has yet to collect it"},
    TrackedWord{"locker", available, "locker", "", "已投快递柜，待收件人领取",
                "in a locker; the addressee has yet to collect it"},
    TrackedWord{"neighbour", available, "neighbour", "", "邻居代收，待收件人领取",
                "with a neighbour; the addressee has yet to collect it"},
};

constexpr TrackedWord signed_word = {"signed", acknowledged,   "",
                                     "",       "收件人已签收", "signed for by the addressee"};
constexpr TrackedWord authorised_word = {"authorised",
                                         reached,
                                         "authorised",
                                         "",
                                         "已按收件人授权交代收处",
                                         "left where the addressee authorised it"};
constexpr TrackedWord unknown_word = {
    "", created, "", "", "承运方信息无法识别，待人工查看", "not understood; a person has to look"};

const TrackedWord* find(std::span<const TrackedWord> table, std::string_view word) {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const TrackedWord& each) { return each.word == word; });
    return found == table.end() ? nullptr : &*found;
}

} // namespace

std::span<const TrackedWord> tracked_words() {
    return words;
}

std::optional<TrackedWord> meaning_of_word(std::string_view word, const Receipt& receipt) {
    if (word != "delivered") {
        const TrackedWord* const found = find(words, word);
        return found == nullptr ? std::nullopt : std::optional(*found);
    }
    const TrackedWord* const found = find(receipts, receipt.received_by);
    if (found == nullptr) {
        return std::nullopt;
    }
    if (found->state == available && receipt.authorised) {
        return authorised_word;
    }
    return found->state == reached && receipt.signed_for ? signed_word : *found;
}

const TrackedWord& words_of(const store::TrackedEvent& event) {
    static constexpr std::array others = {signed_word, authorised_word};
    for (const std::span<const TrackedWord> table :
         {std::span<const TrackedWord>(words), std::span<const TrackedWord>(receipts),
          std::span<const TrackedWord>(others)}) {
        for (const TrackedWord& each : table) {
            const bool same_reason = each.state != failed || each.reason == event.reason;
            if (static_cast<std::uint8_t>(each.state) == event.state && each.sub == event.sub &&
                same_reason) {
                return each;
            }
        }
    }
    return unknown_word;
}

} // namespace songda::delivery

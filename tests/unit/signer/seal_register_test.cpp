// The register of seals: which steps its states and its two people allow, for every pair and for
// any sequence of commands; a file that is changed, cut or written by two at once.
#include "signer/seals/seal_register.hpp"

#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/text_codec.hpp"
#include "tests/fakes/printed_page.hpp"
#include "tests/fakes/sample_seal.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::signer {
namespace {

using fakes::new_seal;

std::string rule_of(const Result<SealAnswer>& answer) {
    EXPECT_TRUE(answer.ok()) << answer.error().detail;
    return answer.value().refused ? answer.value().refused->rule : "";
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class Register : public ::testing::Test {
protected:
    [[nodiscard]] SealRegister as(const std::string& person, bool four_eyes = true) const {
        return folder_.as(person, four_eyes);
    }
    [[nodiscard]] Seal seal(const std::string& id) const { return *folder_.read().seals.find(id); }

    /// A seal that stands so.
    std::string seal_in(SealState state) {
        if (state == SealState::active || state == SealState::suspended) {
            const std::string id = folder_.activate(new_seal(next_certificate()));
            if (state == SealState::suspended) {
                EXPECT_EQ(rule_of(as("wang").suspend(id, "疑似冒用")), "");
            }
            return id;
        }
        const std::string id = as("zhang").make(new_seal(next_certificate()), "新制").value().seal;
        if (state == SealState::activated_once) {
            EXPECT_EQ(rule_of(as("zhang").activate(id, "启用")), "");
        } else if (state == SealState::retired) {
            EXPECT_EQ(rule_of(as("zhang").retire(id, "有误")), "");
        }
        return id;
    }
    char next_certificate() { return "0123456789"[certificates_++ % 10]; }

    fakes::TemporaryFolder place_;
    fakes::SealFolder folder_{place_.path() / "seals"};
    std::size_t certificates_ = 0;
};

TEST_F(Register, EveryCommandInEveryStateDoesWhatTheTableSays) {
    using States = std::set<SealState>;
    using enum SealState;
    struct Command {
        std::string name;
        States allowed;
        std::function<Result<SealAnswer>(const std::string& id)> run;
    };
    const std::vector<Command> commands = {
        {"activate",
         {made, activated_once},
         [this](const std::string& id) { return as("li").activate(id, "x"); }},
        {"suspend", {active}, [this](const std::string& id) { return as("li").suspend(id, "x"); }},
        {"resume", {suspended}, [this](const std::string& id) { return as("li").resume(id, "x"); }},
        {"retire",
         {made, activated_once, active, suspended},
         [this](const std::string& id) { return as("li").retire(id, "x"); }},
        {"allow", {active, suspended}, [this](const std::string& id) {
             SealTerms terms = seal(id).terms;
             terms.types = {"ZY"};
             return as("li").allow(id, terms, "x");
         }}};
    for (const SealState from : seal_states) {
        for (const Command& command : commands) {
            const std::string id = seal_in(from);
            const bool allowed = command.allowed.count(from) != 0;
            EXPECT_EQ(rule_of(command.run(id)), allowed ? "" : "wrong_state")
                << command.name << " of " << state_name(from);
            const SealState to = seal(id).state;
            EXPECT_TRUE(to == from || (allowed && may_follow(from, to)))
                << command.name << " of " << state_name(from) << " led to " << state_name(to);
            EXPECT_EQ(rule_of(as("zhao").retire(id, "x")), to == retired ? "wrong_state" : "");
        }
    }
}

TEST_F(Register, OnlyWhatTheTableListsMayFollow) {
    int allowed = 0;
    for (const SealState from : seal_states) {
        EXPECT_FALSE(may_follow(from, from));
        EXPECT_FALSE(may_follow(from, SealState::made));
        EXPECT_FALSE(may_follow(SealState::retired, from));
        EXPECT_EQ(may_follow(from, SealState::retired), from != SealState::retired);
        for (const SealState to : seal_states) {
            allowed += may_follow(from, to) ? 1 : 0;
        }
    }
    EXPECT_EQ(allowed, 8);
}

TEST_F(Register, ActivationTakesSomebodyWhoNeitherMadeNorProposedIt) {
    const std::string id = as("zhang").make(new_seal(), "新制").value().seal;
    EXPECT_EQ(id, "11320199014138860W-1");
    EXPECT_EQ(rule_of(as("li").activate(id, "启用")), "");
    EXPECT_EQ(rule_of(as("li").activate(id, "启用")), "second_person");
    const auto refused = as("zhang").activate(id, "启用").value().refused;
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->rule, "second_person");
    EXPECT_NE(refused->zh.find("songda seal activate " + id), std::string::npos) << refused->zh;
    EXPECT_NE(refused->en.find("operator:zhang, operator:li"), std::string::npos) << refused->en;
    EXPECT_EQ(seal(id).state, SealState::activated_once);
    EXPECT_EQ(rule_of(as("wang").activate(id, "核对无误")), "");
    EXPECT_EQ(seal(id).state, SealState::active);
    EXPECT_FALSE(seal(id).steps.back().alone);
}

TEST_F(Register, AnOfficeOfOneIsWrittenDownAsSuch) {
    const std::string id = as("zhang", false).make(new_seal(), "新制").value().seal;
    EXPECT_EQ(rule_of(as("zhang", false).activate(id, "启用")), "");
    EXPECT_EQ(rule_of(as("zhang", false).activate(id, "启用")), "");
    EXPECT_EQ(seal(id).state, SealState::active);
    EXPECT_TRUE(seal(id).steps.back().alone);
}

TEST_F(Register, ResumingTakesTwoAndSuspendingOne) {
    const std::string id = seal_in(SealState::active);
    EXPECT_EQ(rule_of(as("zhao").suspend(id, "疑似冒用")), "");
    EXPECT_EQ(rule_of(as("li").resume(id, "查明")), "");
    EXPECT_EQ(seal(id).state, SealState::suspended);
    EXPECT_EQ(rule_of(as("li").resume(id, "查明")), "second_person");
    EXPECT_EQ(rule_of(as("zhang").resume(id, "查明")), "second_person") << "who made it";
    EXPECT_EQ(rule_of(as("zhao").resume(id, "查明")), "");
    EXPECT_EQ(seal(id).state, SealState::active);
}

TEST_F(Register, NarrowingCountsAtOnceAndWideningByTwo) {
    const std::string id = seal_in(SealState::active);
    SealTerms terms = seal(id).terms;
    terms.types = {"SPJY"};
    EXPECT_EQ(rule_of(as("li").allow(id, terms, "只剩一类")), "");
    EXPECT_EQ(seal(id).terms.types, SealNames{"SPJY"});
    EXPECT_EQ(rule_of(as("li").allow(id, terms, "同上")), "nothing_changes");
    SealTerms wide = terms;
    wide.users = {"*"};
    wide.types = {"SPJY", "BYSL"};
    EXPECT_EQ(rule_of(as("li").allow(id, wide, "新业务")), "");
    EXPECT_EQ(seal(id).terms, terms) << "not yet";
    EXPECT_EQ(rule_of(as("li").allow(id, wide, "新业务")), "second_person");
    SealTerms other = wide;
    other.types.insert("ZY");
    EXPECT_EQ(rule_of(as("zhao").allow(id, other, "另一种")), "") << "a proposal of their own";
    EXPECT_EQ(rule_of(as("wang").allow(id, wide, "新业务")), "") << "which li's no longer is";
    EXPECT_EQ(seal(id).terms, terms);
    EXPECT_EQ(rule_of(as("li").allow(id, wide, "核对无误")), "");
    EXPECT_EQ(seal(id).terms, wide);
    EXPECT_FALSE(seal(id).proposal);
}

TEST_F(Register, NarrowingAndSuspendingTakeBackWhatWasProposed) {
    const std::string id = seal_in(SealState::active);
    const SealTerms before = seal(id).terms;
    SealTerms wide = before;
    wide.types = {"*"};
    EXPECT_EQ(rule_of(as("li").allow(id, wide, "全部")), "");
    EXPECT_EQ(rule_of(as("wang").allow(id, before, "不同意")), "");
    EXPECT_FALSE(seal(id).proposal);
    EXPECT_EQ(rule_of(as("li").allow(id, wide, "全部")), "");
    EXPECT_EQ(rule_of(as("wang").suspend(id, "疑似冒用")), "");
    EXPECT_FALSE(seal(id).proposal);
    EXPECT_EQ(seal(id).terms, before);
}

TEST_F(Register, DaysStayWithinTheCertificate) {
    NewSeal made = new_seal();
    made.terms.last_day = {2028, 11, 2};
    EXPECT_EQ(rule_of(as("zhang").make(made, "新制")), "beyond_certificate");
    made.terms.last_day = {2026, 11, 1};
    EXPECT_EQ(rule_of(as("zhang").make(made, "新制")), "days_reversed");
    const std::string id = seal_in(SealState::active);
    SealTerms terms = seal(id).terms;
    terms.first_day = {2026, 10, 31};
    EXPECT_EQ(rule_of(as("zhang").allow(id, terms, "提前")), "beyond_certificate");
    terms = seal(id).terms;
    terms.last_day = {2026, 11, 14};
    EXPECT_EQ(rule_of(as("zhang").allow(id, terms, "停")), "days_reversed");
}

TEST_F(Register, ARenewedCertificateIsAnotherSealWhichEndsTheFormer) {
    const std::string first = folder_.activate(new_seal('a'));
    NewSeal next = new_seal('c');
    next.renews = first;
    const std::string second = folder_.activate(next);
    EXPECT_EQ(second, "11320199014138860W-2");
    EXPECT_EQ(seal(first).state, SealState::retired);
    EXPECT_EQ(seal(second).state, SealState::active);
    EXPECT_EQ(seal(first).steps.back().by, "operator:li");
    NewSeal stray = new_seal('d');
    stray.renews = "11100000000013338W-1";
    EXPECT_EQ(rule_of(as("zhang").make(stray, "新制")), "no_such_seal");
}

TEST_F(Register, ACertificateSealsForOneSealAtATime) {
    const std::string first = folder_.activate(new_seal('a'));
    const std::string second = as("zhang").make(new_seal('a'), "又一枚").value().seal;
    EXPECT_EQ(rule_of(as("zhang").activate(second, "启用")), "certificate_in_use");
    EXPECT_EQ(rule_of(as("li").suspend(first, "疑似冒用")), "");
    EXPECT_EQ(rule_of(as("zhang").activate(second, "启用")), "certificate_in_use")
        << "a suspended one is not got round so";
    EXPECT_EQ(rule_of(as("li").retire(first, "改用新章")), "");
    EXPECT_EQ(rule_of(as("zhang").activate(second, "启用")), "");
    EXPECT_EQ(rule_of(as("li").activate(second, "启用")), "");
}

TEST_F(Register, ASecondOperatorIsKeptOutWhileOneIsAtWork) {
    const auto first = as("zhang");
    const auto second = SealRegister::open({folder_.folder(), "operator:li"}, folder_.clock_);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().fault, Fault::conflict);
}

TEST_F(Register, NoReasonOrABadOneWritesNothing) {
    const std::string id = seal_in(SealState::active);
    const std::string before = read_file(folder_.file());
    EXPECT_EQ(rule_of(as("li").suspend(id, "")), "malformed");
    EXPECT_EQ(rule_of(as("li").suspend("11320199014138860W-9", "x")), "no_such_seal");
    EXPECT_EQ(as("li").suspend(id, "\xff").error().fault, Fault::invalid_input);
    NewSeal bad = new_seal('f');
    bad.terms.types = {"*", "SPJY"};
    EXPECT_EQ(rule_of(as("li").make(bad, "新制")), "malformed");
    bad.terms.types = {};
    EXPECT_EQ(rule_of(as("li").make(bad, "新制")), "malformed");
    EXPECT_EQ(read_file(folder_.file()), before);
}

TEST_F(Register, AnyChangedByteIsSeen) {
    (void)seal_in(SealState::suspended);
    const std::string text = read_file(folder_.file());
    const std::size_t lines = folder_.read().end.lines;
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string changed = text;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        std::ofstream(folder_.file(), std::ios::binary) << changed;
        const auto read = load_register(folder_.folder());
        // A line feed that is none any more looks like a cut: what is left are whole lines.
        ASSERT_TRUE(!read.ok() || read.value().end.lines < lines) << at;
        ASSERT_TRUE(read.ok() || read.error().fault == Fault::corrupt) << at;
    }
}

TEST_F(Register, ALastLineCutAnywhereIsToldAndCutOff) {
    const std::string id = seal_in(SealState::active);
    const std::string before = read_file(folder_.file());
    EXPECT_EQ(rule_of(as("li").suspend(id, "疑似冒用")), "");
    const std::string text = read_file(folder_.file());
    for (std::size_t size = before.size(); size < text.size(); ++size) {
        std::ofstream(folder_.file(), std::ios::binary) << text.substr(0, size);
        auto open = as("li");
        ASSERT_EQ(open.torn_bytes(), size - before.size());
        ASSERT_EQ(open.seals().find(id)->state, SealState::active);
        ASSERT_EQ(rule_of(open.suspend(id, "疑似冒用")), "");
        ASSERT_EQ(read_file(folder_.file()), text) << size;
    }
}

/// A chain alone is no proof: whoever may write the file can chain whatever they like.
TEST_F(Register, ALineThatTheRulesDoNotAllowIsCorruptWithItsNumber) {
    const std::string id = seal_in(SealState::activated_once);
    {
        auto journal = Journal::open(folder_.file()).value();
        ASSERT_TRUE(journal
                        .append("activated",
                                {{"seal", id}, {"by", "operator:zhang"}, {"reason", "自批"}},
                                fakes::noon)
                        .ok());
    }
    for (const Error& error :
         {load_register(folder_.folder()).error(),
          SealRegister::open({folder_.folder(), "operator:li"}, folder_.clock_).error()}) {
        EXPECT_EQ(error.fault, Fault::corrupt);
        EXPECT_NE(error.detail.find("register: line 3 is not allowed (second_person)"),
                  std::string::npos)
            << error.detail;
    }
}

/// Any commands by any people: what is written is read back the same, by the same rules, and
/// nothing that takes two people was done by one.
TEST(RegisterProperty, NoSequenceOfCommandsActivatesBySinglePerson) {
    rc::check([] {
        const fakes::TemporaryFolder place;
        const fakes::SealFolder folder(place.path() / "seals");
        const int steps = *rc::gen::inRange(1, 40);
        const std::vector<std::string> people = {"zhang", "li", "wang"};
        for (int i = 0; i < steps; ++i) {
            SealRegister open = folder.as(*rc::gen::elementOf(people));
            const std::string id = "11320199014138860W-" + std::to_string(*rc::gen::inRange(1, 4));
            NewSeal made = new_seal(*rc::gen::element('a', 'c'));
            SealTerms terms = made.terms;
            terms.types =
                *rc::gen::element(SealNames{"SPJY"}, SealNames{"*"}, SealNames{"SPJY", "BYSL"});
            terms.last_day = *rc::gen::element(Date{2027, 1, 1}, Date{2028, 1, 1});
            switch (*rc::gen::inRange(0, 6)) {
            case 0:
                made.renews = *rc::gen::element(std::string(), id);
                (void)open.make(made, "r");
                break;
            case 1: (void)open.activate(id, "r"); break;
            case 2: (void)open.suspend(id, "r"); break;
            case 3: (void)open.resume(id, "r"); break;
            case 4: (void)open.allow(id, terms, "r"); break;
            default:
                if (i % 5 == 0) {
                    (void)open.retire(id, "r");
                }
            }
            RC_ASSERT(load_register(folder.folder()).value().seals == open.seals());
        }
        std::map<std::string, int> in_use;
        for (const Seal& seal : folder.read().seals.seals) {
            std::string proposer;
            for (const SealStep& step : seal.steps) {
                const bool confirms =
                    step.event == "activated" || step.event == "resumed" || step.event == "widened";
                RC_ASSERT(!confirms || (step.by != proposer && step.by != seal.maker()));
                proposer = step.by;
            }
            in_use[seal.certificate.hash] +=
                seal.state == SealState::active || seal.state == SealState::suspended ? 1 : 0;
            RC_ASSERT(in_use[seal.certificate.hash] <= 1);
        }
    });
}

std::string states_page() {
    std::ostringstream out;
    out << "# States of a seal 印章\n\n"
           "Printed from `signer/seals/seal_state.hpp`; a test compares. What is written of each "
           "step: [format](../formats/seals.md); how it is done: [operating](../operating/seals.md)"
           ".\n\n"
           "| # | state | 中文 | may become |\n|---|---|---|---|\n";
    for (const SealState state : seal_states) {
        out << "| " << static_cast<int>(state) << " | `" << state_name(state) << "` | "
            << state_name_zh(state) << " |";
        std::string separator = " ";
        for (const SealStateStep& step : seal_state_steps) {
            if (step.from == state) {
                out << separator << '`' << state_name(step.to) << '`';
                separator = " · ";
            }
        }
        out << " |\n";
    }
    out << R"(
**Two people.** To activate, to resume and to widen (types, users, days), one operator proposes and another confirms, who neither
made the seal nor proposed it. To suspend, to narrow and to retire takes one. Suspending and narrowing take back what waits for a second
operator. Several proposals do not wait at once: the newest counts. Terms are changed while a seal is active or suspended.
**One certificate, one seal.** At most one seal of a certificate is active or suspended. A renewed certificate is another seal (GM/T 0031);
the seal that it `renews` is retired in the step that makes it active.

## Refusals

A step (`songda seal`): `wrong_state`, `second_person`, `nothing_proposed`, `nothing_changes`, `certificate_in_use`, `beyond_certificate`,
`days_reversed`, `no_such_seal`, `malformed`. A use, in this order:

| rule | the register says |
|---|---|
| `register_unreadable` | it was cut, replaced, or is not what was written: no seal is used until that is put right |
| `no_seal` | the department has none |
| `other_certificate` | the department's seals have other certificates or QR keys than the one that is held |
| `not_active` | made, or activated by one person only |
| `seal_suspended` · `seal_retired` | so it stands |
| `seal_not_yet_valid` · `seal_expired` | before its first day, after its last, in China |
| `type_not_allowed` | not for this type of documents |
| `user_not_allowed` | not for this credential, or not for Songda itself (`house`); an SM2 message follows from an issue that was allowed, and asks nobody again |

Time-stamps are of no department: the register has no say about them.
)";
    return out.str();
}

TEST(RegisterPages, StatesAreTheTable) {
    EXPECT_EQ(fakes::printed_page("docs/states/seal.md", states_page()), states_page());
}

/// docs/formats/seals.md shows these very lines.
TEST(RegisterPages, FormatShowsTheBytes) {
    const fakes::TemporaryFolder place;
    const fakes::SealFolder folder(place.path() / "seals");
    const std::string id = folder.activate();
    ASSERT_EQ(rule_of(folder.as("wang").suspend(id, "疑似冒用")), "");
    const std::string lines = read_file(folder.file());
    const std::string page = read_file(SONGDA_SOURCE_DIR "/docs/formats/seals.md");
    EXPECT_NE(page.find("```\n" + lines + "```\n"), std::string::npos) << lines;
}

} // namespace
} // namespace songda::signer

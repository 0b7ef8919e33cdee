// The ladder from B-B to B-LTA with a real authority of `songda pki` and the built-in time-stamp
// authority: what each level puts behind a file, what a verifier without network then says of it
// years later, and that nothing which does not prove a certificate gets in.
#include "tests/unit/app/ladder_world.hpp"

#include "base/archive_revision.hpp"
#include "base/open_file.hpp"
#include "tests/fakes/foreign_authority.hpp"

namespace songda::app {
namespace {

using verifier::Answer;
using verifier::Reason;
using verifier::Revocation;

/// Gives what the test says.
class GivenStatus final : public verifier::StatusSource {
public:
    [[nodiscard]] Result<Bytes> find_answer(const verifier::StatusQuestion& question) override {
        return answer ? answer(question) : none();
    }
    [[nodiscard]] Result<Bytes> find_list(const verifier::StatusQuestion& question) override {
        return list ? list(question) : none();
    }
    std::function<Result<Bytes>(const verifier::StatusQuestion&)> answer;
    std::function<Result<Bytes>(const verifier::StatusQuestion&)> list;

private:
    static Result<Bytes> none() { return Error{Fault::not_found, "nothing"}; }
};

/// An authority of others, asked without a network.
class ForeignTimestamps final : public signer::TimestampServer {
public:
    ForeignTimestamps(fakes::ForeignAuthority& authority, const Clock& clock,
                      const verifier::TrustStore& trust)
        : authority_(authority), clock_(clock), trust_(trust) {}
    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] const std::string& policy() const override { return policy_; }
    [[nodiscard]] Result<Bytes> ask(ByteView request) override { return authority_.reply(request); }
    [[nodiscard]] Result<TimestampProof> check(ByteView request, ByteView reply) const override {
        return verifier::check_timestamp_reply(reply, {request, clock_.now(), 300'000}, trust_);
    }

private:
    const std::string name_ = "foreign";
    const std::string policy_;
    fakes::ForeignAuthority& authority_;
    const Clock& clock_;
    const verifier::TrustStore& trust_;
};

class LadderTest : public LadderWorld {
protected:
    [[nodiscard]] std::vector<ArchiveRevision> revisions(const Bytes& file) const {
        return read_archive(file, issued_.size()).value();
    }
    [[nodiscard]] Fault fault(const Bytes& file, SignatureLevel wanted) {
        const auto added = ladder().augment(file, issued_.size(), wanted);
        EXPECT_FALSE(added.ok());
        return added.ok() ? Fault::internal : added.error().fault;
    }
    [[nodiscard]] Bytes with(const Bytes& file, const std::vector<Evidence>& evidence) const {
        return add_archive_revision(file, issued_.size(), {evidence, 0}).value().file;
    }
    [[nodiscard]] Evidence published_list(const std::string& name) const {
        return {Evidence::Kind::crl,
                read_whole(pki_.file("publish/crl/" + name + ".crl"), 1U << 20U).value()};
    }
    static std::size_t count(const ArchiveRevision& revision, Evidence::Kind kind) {
        return static_cast<std::size_t>(
            std::count_if(revision.evidence.begin(), revision.evidence.end(),
                          [kind](const Evidence& item) { return item.kind == kind; }));
    }
};

TEST_F(LadderTest, EachLevelIsReachedInOneStepAndTheBytesBeforeStay) {
    const TimeMs ends = validity_of(read_certificates(tsa_.chain_file).value()[0].get()).not_after;
    EXPECT_EQ(check(issued_).level, SignatureLevel::b_b);
    for (const SignatureLevel wanted :
         {SignatureLevel::b_t, SignatureLevel::b_lt, SignatureLevel::b_lta}) {
        SCOPED_TRACE(level_name(wanted));
        const auto added = ladder().augment(issued_, issued_.size(), wanted);
        ASSERT_TRUE(added.ok()) << added.error().detail;
        EXPECT_EQ(added.value().level, wanted);
        EXPECT_EQ(added.value().proven_until, ends);
        const Bytes file = raise(issued_, wanted);
        EXPECT_TRUE(as_text(file).starts_with(as_text(issued_)));
        const verifier::Report report = check(file);
        EXPECT_EQ(report.level, wanted);
        EXPECT_EQ(report.integrity.reason, Reason::archived);
        EXPECT_EQ(report.authority.reason, Reason::seal_certificate_trusted);
        EXPECT_EQ(report.revocation,
                  wanted == SignatureLevel::b_t ? Revocation::unknown : Revocation::good);
        EXPECT_EQ(report.conclusion->indication,
                  wanted == SignatureLevel::b_t ? "INDETERMINATE" : "TOTAL-PASSED");
    }
}

TEST_F(LadderTest, OneStepAtATimeAddsOnlyWhatIsLacking) {
    Bytes file = raise(issued_, SignatureLevel::b_t);
    EXPECT_EQ(revisions(file).size(), 1U);
    file = raise(file, SignatureLevel::b_lt);
    ASSERT_EQ(revisions(file).size(), 2U);
    const ArchiveRevision store = revisions(file)[1];
    EXPECT_FALSE(store.stamp);
    EXPECT_EQ(count(store, Evidence::Kind::certificate), 1U) << "the root; the rest is carried";
    EXPECT_EQ(count(store, Evidence::Kind::ocsp), 2U) << "of the seal and of the authority";
    EXPECT_EQ(count(store, Evidence::Kind::crl), 1U) << "the root's, for the issuing one";
    file = raise(file, SignatureLevel::b_lta);
    ASSERT_EQ(revisions(file).size(), 3U);
    EXPECT_TRUE(revisions(file)[2].evidence.empty());
    EXPECT_TRUE(revisions(file)[2].stamp);
    EXPECT_EQ(timestamps_->asked, 2);
}

TEST_F(LadderTest, WithoutATrustListNoLevelIsTold) {
    const Bytes file = raise(issued_, SignatureLevel::b_lta);
    const auto report = verifier::check_own(file, verifier::TrustStore(), now());
    EXPECT_FALSE(report->level);
    EXPECT_EQ(report->integrity.reason, Reason::archived);
}

TEST_F(LadderTest, ARevocationAfterTheTimeStampTakesNothingAway) {
    const Bytes plain = raise(issued_, SignatureLevel::b_t);
    const Bytes proven = raise(issued_, SignatureLevel::b_lta);
    pass(10 * day_ms);
    revoke(seal_);
    const verifier::Report kept = check(proven);
    EXPECT_EQ(kept.authority.answer, Answer::yes);
    EXPECT_EQ(kept.conclusion->indication, "TOTAL-PASSED");
    // The list that tells of it stands in the file, and the time-stamp is older.
    const verifier::Report told = check(with(proven, {published_list("issuing")}));
    EXPECT_EQ(told.authority.answer, Answer::yes);
    EXPECT_EQ(told.authority.reason, Reason::seal_certificate_trusted_then);
    EXPECT_EQ(told.revocation, Revocation::revoked);
    EXPECT_EQ(told.conclusion->indication, "TOTAL-PASSED");
    EXPECT_TRUE(told.document);
    // Without a time-stamp no day that is asked about proves that it sealed before.
    const Bytes nothing_proven = with(issued_, {published_list("issuing")});
    EXPECT_EQ(verifier::check_own(nothing_proven, trust_, now() + -5 * day_ms)->authority.reason,
              Reason::certificate_revoked);
    // What tells of a later revocation tells that it was good before.
    const Bytes raised = raise(plain, SignatureLevel::b_lta);
    EXPECT_EQ(check(raised).authority.reason, Reason::seal_certificate_trusted_then);
}

TEST_F(LadderTest, ARevocationBeforeTheTimeStampFails) {
    revoke(seal_);
    pass(60'000);
    EXPECT_EQ(fault(issued_, SignatureLevel::b_lt), Fault::forbidden);
    EXPECT_EQ(timestamps_->asked, 0) << "no time-stamp is spent on it";
    const Bytes stamped = raise(issued_, SignatureLevel::b_t); // nobody was asked about it
    const Bytes told = with(stamped, {published_list("issuing")});
    const verifier::Report report = check(told);
    EXPECT_EQ(report.authority.answer, Answer::no);
    EXPECT_EQ(report.authority.reason, Reason::certificate_revoked);
    EXPECT_EQ(report.level, SignatureLevel::b_t);
    EXPECT_FALSE(report.document);
    EXPECT_EQ(fault(told, SignatureLevel::b_t), Fault::forbidden);
}

TEST_F(LadderTest, AnExpiredSealIsJudgedAtTheTimeStamp) {
    const Bytes proven = raise(issued_, SignatureLevel::b_lta);
    pass(1000 * day_ms);
    EXPECT_EQ(check(issued_).authority.reason, Reason::certificate_expired);
    const verifier::Report report = check(proven);
    EXPECT_EQ(report.authority.reason, Reason::seal_certificate_trusted_then);
    EXPECT_EQ(report.revocation, Revocation::good);
    EXPECT_EQ(report.level, SignatureLevel::b_lta);
    EXPECT_EQ(report.conclusion->indication, "TOTAL-PASSED");
    // A time-stamp that comes too late proves nothing.
    publish();
    EXPECT_EQ(fault(issued_, SignatureLevel::b_t), Fault::forbidden);
}

TEST_F(LadderTest, RenewalOutlivesTheFirstAuthority) {
    const Bytes once = raise(issued_, SignatureLevel::b_lta);
    pass(1500 * day_ms);
    const Holder second = issue(signer::Profile::timestamp, "tsa two");
    publish();
    pass(60'000);
    timestamps_ = open_timestamps(second);
    const auto renewed = ladder().augment(once, issued_.size(), SignatureLevel::b_lta);
    ASSERT_TRUE(renewed.ok()) << renewed.error().detail;
    EXPECT_EQ(renewed.value().proven_until,
              validity_of(read_certificates(second.chain_file).value()[0].get()).not_after);
    const Bytes twice = raise(once, SignatureLevel::b_lta);
    ASSERT_EQ(revisions(twice).size(), 3U);
    EXPECT_TRUE(revisions(twice)[2].stamp);
    pass(1000 * day_ms); // the first authority's certificate has ended, the second's not
    EXPECT_EQ(check(once).authority.reason, Reason::certificate_expired);
    EXPECT_EQ(check(once).level, SignatureLevel::b_b);
    const verifier::Report report = check(twice);
    EXPECT_EQ(report.authority.reason, Reason::seal_certificate_trusted_then);
    EXPECT_EQ(report.level, SignatureLevel::b_lta);
    ASSERT_EQ(report.timestamps.size(), 3U);
    for (const verifier::TimestampFace& stamp : report.timestamps) {
        EXPECT_EQ(stamp.answer, Answer::yes);
    }
}

TEST_F(LadderTest, ATimeStampAuthorityRevokedBeforeTheNextStampIsNotBelieved) {
    const Bytes file = raise(issued_, SignatureLevel::b_t);
    pass(day_ms);
    revoke(tsa_);
    EXPECT_EQ(fault(file, SignatureLevel::b_lt), Fault::unavailable)
        << "another authority may take its place";
    const verifier::Report report = check(with(file, {published_list("issuing")}));
    EXPECT_EQ(report.timestamps.at(0).answer, Answer::unknown);
    EXPECT_EQ(report.level, SignatureLevel::b_b);
}

TEST_F(LadderTest, AStampThatIsOlderThanTheStoreIsNotOverIt) {
    const Bytes stamped = raise(raise(issued_, SignatureLevel::b_t), SignatureLevel::b_t);
    const Bytes complete = raise(issued_, SignatureLevel::b_lta);
    std::vector<Evidence> all;
    for (const ArchiveRevision& revision : revisions(complete)) {
        all.insert(all.end(), revision.evidence.begin(), revision.evidence.end());
    }
    const Bytes stamp_only = raise(issued_, SignatureLevel::b_t);
    EXPECT_EQ(check(with(stamp_only, all)).level, SignatureLevel::b_lt);
    EXPECT_EQ(check(stamped).level, SignatureLevel::b_lta) << "a renewal is over what it adds";
    EXPECT_EQ(check(with(issued_, all)).level, SignatureLevel::b_b) << "no time-stamp at all";
    all.erase(all.begin()); // the root
    EXPECT_EQ(check(with(stamp_only, all)).level, SignatureLevel::b_t);
}

TEST_F(LadderTest, AListIsTakenWhereNoAnswerHolds) {
    pass(4 * day_ms); // answers last three days, lists seven
    const Bytes file = raise(issued_, SignatureLevel::b_lt);
    EXPECT_EQ(count(revisions(file)[1], Evidence::Kind::ocsp), 0U);
    EXPECT_EQ(count(revisions(file)[1], Evidence::Kind::crl), 2U);
    EXPECT_EQ(check(file).level, SignatureLevel::b_lt);
    pass(4 * day_ms);
    const auto late = ladder().augment(issued_, issued_.size(), SignatureLevel::b_lt);
    ASSERT_FALSE(late.ok());
    EXPECT_EQ(late.error().fault, Fault::unavailable);
    EXPECT_NE(late.error().detail.find("nobody tells how the certificate of \"seal\" stood"),
              std::string::npos)
        << late.error().detail;
}

TEST_F(LadderTest, WhatDoesNotHoldIsNotTaken) {
    const Holder other = issue(signer::Profile::seal, "other");
    publish();
    const auto chain = read_certificates(other.chain_file).value();
    const verifier::StatusQuestion about_other =
        verifier::status_question(chain[0].get(), chain[1].get());
    GivenStatus given;
    for (const auto& answer : std::vector<Result<Bytes>>{
             Bytes{0x30, 0x03, 0x0A, 0x01, 0x06}, Bytes{1, 2, 3}, Bytes{},
             folder_.find_answer(about_other), folder_.find_list(about_other)}) {
        given.answer = [answer](const auto&) { return answer; };
        given.list = given.answer;
        const auto added = ladder({&given}).augment(issued_, issued_.size(), SignatureLevel::b_lta);
        // The issuing authority's list is the right one for the seal, not for the authority itself.
        ASSERT_FALSE(added.ok());
        EXPECT_EQ(added.error().fault, Fault::unavailable);
    }
    // Whoever gives something wrong is passed over for the next.
    const auto added =
        ladder({&given, &folder_}).augment(issued_, issued_.size(), SignatureLevel::b_lta);
    EXPECT_TRUE(added.ok()) << added.error().detail;
}

/// Others' programs: `openssl ts -reply` with an RSA key that names no place to ask, and a seal of
/// another authority whose standing `openssl ocsp` tells over HTTP.
TEST_F(LadderTest, OutsideAuthoritiesAreAskedAndTheirAnswersStandInTheFile) {
    fakes::ForeignAuthority foreign;
    const std::string port =
        fakes::shell("python3 -c \"import socket;s=socket.socket();s.bind(('127.0.0.1',0));"
                     "print(s.getsockname()[1],end='')\"");
    foreign.make_certificate(
        "seal", "basicConstraints=critical,CA:FALSE\\nkeyUsage=critical,digitalSignature,"
                "nonRepudiation\\nextendedKeyUsage=1.3.6.1.5.5.7.3.36\\n"
                "authorityInfoAccess=OCSP;URI:http://127.0.0.1:" +
                    port + "/\\n");
    const std::string serial =
        fakes::shell("openssl x509 -noout -serial -in " + foreign.path("seal.pem"));
    std::ofstream(foreign.path("index"))
        << "V\t360101000000Z\t\t" << serial.substr(7, serial.size() - 8) << "\tunknown\t/CN=seal\n";
    (void)fakes::shell(
        "timeout 60 openssl ocsp -port " + port + " -index " + foreign.path("index") +
        " -nrequest 1 -nmin 60 -CA " + foreign.path("trust/root.pem") + " -rsigner " +
        foreign.path("trust/root.pem") + " -rkey " + foreign.path("root.key") + " >" +
        foreign.path("ocsp.log") + " 2>&1 & for i in $(seq 100); do grep -q waiting " +
        foreign.path("ocsp.log") + " && break; sleep 0.05; done");
    trust_ = verifier::TrustStore::load(foreign.trust_folder()).value();
    issued_ = sealed_file({"", foreign.path("seal.key"), foreign.path("seal.pem")});
    ForeignTimestamps authority(foreign, pki_.clock(), trust_);
    signer::TimestampClient client({&authority}, {}, pki_.clock(), pki_.random());
    HttpStatusSource http({2, true}, pki_.clock());
    Ladder ladder({{trust_, trust_}, client, {&folder_, &http}, pki_.clock(), {}});
    const auto added = ladder.augment(issued_, issued_.size(), SignatureLevel::b_lta);
    ASSERT_TRUE(added.ok()) << added.error().detail;
    EXPECT_EQ(added.value().level, SignatureLevel::b_lta);
    Bytes file = issued_;
    append(file, as_text(added.value().revisions));
    const verifier::Report report = check(file);
    EXPECT_EQ(report.level, SignatureLevel::b_lta);
    EXPECT_EQ(report.revocation, Revocation::good);
    EXPECT_EQ(report.timestamps.at(0).authority, "Foreign tsa");
    EXPECT_EQ(count(revisions(file)[1], Evidence::Kind::ocsp), 1U)
        << "the time-stamp authority names no place to ask";
}

TEST_F(LadderTest, WhoIsNotOursIsRefused) {
    Bytes changed = issued_;
    changed[20] ^= 1;
    EXPECT_EQ(fault(changed, SignatureLevel::b_t), Fault::corrupt);
    Bytes longer = issued_;
    longer.push_back('\n');
    EXPECT_EQ(fault(longer, SignatureLevel::b_t), Fault::corrupt);
    const Bytes nobody = with(issued_, {{Evidence::Kind::certificate, {0x30, 0x00}}});
    EXPECT_EQ(fault(nobody, SignatureLevel::b_t), Fault::corrupt);
    EXPECT_EQ(check(nobody).integrity.reason, Reason::altered) << "that is no certificate";
    EXPECT_EQ(ladder().augment(issued_, issued_.size() + 1, SignatureLevel::b_t).error().fault,
              Fault::corrupt);
    trust_ = verifier::TrustStore();
    EXPECT_EQ(fault(issued_, SignatureLevel::b_t), Fault::forbidden);
}

TEST_F(LadderTest, WithoutAnAuthorityNothingIsAdded) {
    timestamps_->down = true;
    const auto added = ladder().augment(issued_, issued_.size(), SignatureLevel::b_t);
    ASSERT_FALSE(added.ok());
    EXPECT_EQ(added.error().fault, Fault::unavailable);
    EXPECT_NE(added.error().detail.find("local: is down"), std::string::npos);
    const auto nothing = ladder().augment(issued_, issued_.size(), SignatureLevel::b_b);
    ASSERT_TRUE(nothing.ok());
    EXPECT_TRUE(nothing.value().revisions.empty());
    EXPECT_EQ(nothing.value().level, SignatureLevel::b_b);
    EXPECT_FALSE(nothing.value().proven_until);
}

} // namespace
} // namespace songda::app

// SPDX-License-Identifier: GPL-3.0-or-later
// Who is given what, without sockets and with the test's own clock.
#include "reference-server/nodes/edge/response_store.h"

#include <gtest/gtest.h>

using namespace tenfold::nodes;  // NOLINT: a test
namespace http = boost::beast::http;

namespace {

using Way = ResponseStore::Way;
using Fields = std::vector<std::pair<std::string, std::string>>;
constexpr std::int64_t kSecond = 1'000'000'000;

HttpRequest get(const std::string& target, const Fields& fields = {}) {
    HttpRequest r(http::verb::get, target, 11);
    r.set(http::field::host, "shop");
    for (const auto& [name, value] : fields) r.set(name, value);
    return r;
}
const Fields kAlice{{"Authorization", "Bearer alice"}};
const Fields kBob{{"Authorization", "Bearer bob"}};

HttpResponse answer(const std::string& body, const Fields& fields) {
    HttpResponse r(http::status::ok, 11);
    r.body() = body;
    for (const auto& [name, value] : fields) r.insert(name, value);
    r.prepare_payload();
    return r;
}
HttpResponse publicly(const std::string& body, const std::string& control = "public, max-age=60") {
    return answer(body, {{"Cache-Control", control}, {"ETag", "\"1\""}});
}

class Edge : public testing::Test {
protected:
    ResponseStore::Landed ask(const HttpRequest& request, const HttpResponse& response) {
        const auto found = m_store.look(request, m_now);
        EXPECT_EQ(found.way, Way::ask);
        return m_store.landed(found.flight, request, response, found.answer, m_now);
    }
    Way wayOf(const HttpRequest& request) {
        const auto found = m_store.look(request, m_now);
        if (found.way == Way::ask) m_store.lost(found.flight, m_now);
        return found.way;
    }
    void wait(std::int64_t seconds) { m_now += seconds * kSecond; }

    ResponseStore m_store{1'000'000};
    std::int64_t m_now = 1'000 * kSecond;
};

}  // namespace

TEST_F(Edge, WhatIsPublicIsGivenToEverybody) {
    ask(get("/p/1", kAlice), publicly("one"));
    const auto found = m_store.look(get("/p/1", kBob), m_now);
    EXPECT_EQ(found.way, Way::hit);
    EXPECT_EQ(found.answer->response.body(), "one");
    EXPECT_EQ(wayOf(get("/p/1")), Way::hit);
    EXPECT_EQ(wayOf(get("/p/1?x")), Way::ask) << "the query is part of the address";
}

TEST_F(Edge, AnAnswerToSomebodyIsNobodyElses) {
    for (const char* control : {"", "max-age=60", "private, max-age=60", "no-store", "public"}) {
        ResponseStore store(1'000'000);
        const auto found = store.look(get("/me", kAlice), m_now);
        const auto landed = store.landed(found.flight, get("/me", kAlice),
                                         publicly("alice", control), nullptr, m_now);
        EXPECT_EQ(landed.answer, nullptr) << control;
        EXPECT_EQ(store.look(get("/me", kBob), m_now).answer, nullptr) << control;
        EXPECT_EQ(store.look(get("/me"), m_now).answer, nullptr) << control;
    }
}

TEST_F(Edge, WhatWasSaidToNobodyIsNotForWhoSaysWhoTheyAre) {
    ask(get("/p"), publicly("for guests", "max-age=60"));
    EXPECT_EQ(wayOf(get("/p")), Way::hit);
    EXPECT_EQ(wayOf(get("/p", kAlice)), Way::pass);
}

TEST_F(Edge, ACookieIsNotGivenToAnybodyElse) {
    const auto landed = ask(get("/p"), answer("one", {{"Cache-Control", "public, max-age=60"},
                                                      {"Set-Cookie", "session=alice"}}));
    EXPECT_EQ(landed.answer, nullptr);
    EXPECT_NE(wayOf(get("/p")), Way::hit);
}

TEST_F(Edge, WhoWaitedForAnAnswerThatIsSomebodysAsksForThemselves) {
    const auto first = m_store.look(get("/me", kAlice), m_now);
    const auto second = m_store.look(get("/me", kBob), m_now);
    ASSERT_EQ(second.way, Way::wait);
    m_store.join(second.flight, {std::make_shared<HttpRequest>(get("/me", kBob)), {}});
    const auto landed = m_store.landed(first.flight, get("/me", kAlice),
                                       publicly("alice", "private, no-store"), nullptr, m_now);
    EXPECT_EQ(landed.sharers.size(), 0u);
    EXPECT_EQ(landed.others.size(), 1u);
    EXPECT_EQ(wayOf(get("/me", kBob)), Way::pass) << "and from now on nobody waits";
}

TEST_F(Edge, WhoSaysWhoTheyAreIsNotGivenTheGuestsAnswerThatTheyWaitedFor) {
    const auto first = m_store.look(get("/p"), m_now);
    const auto second = m_store.look(get("/p", kAlice), m_now);
    m_store.join(second.flight, {std::make_shared<HttpRequest>(get("/p", kAlice)), {}});
    const auto landed = m_store.landed(first.flight, get("/p"),
                                       publicly("for guests", "max-age=60"), nullptr, m_now);
    EXPECT_EQ(landed.sharers.size(), 0u);
    EXPECT_EQ(landed.others.size(), 1u);
}

TEST_F(Edge, AnAnswerIsForThoseWhoAskInTheSameWay) {
    const Fields german{{"Accept-Language", "de"}}, english{{"Accept-Language", "en"}};
    const Fields varying{{"Cache-Control", "public, max-age=60"}, {"Vary", "Accept-Language"}};
    // Who waits before anybody knows what it depends on.
    const auto first = m_store.look(get("/p", german), m_now);
    for (const auto& fields : {german, english}) {
        const auto waiter = m_store.look(get("/p", fields), m_now);
        m_store.join(waiter.flight, {std::make_shared<HttpRequest>(get("/p", fields)), {}});
    }
    const auto landed =
        m_store.landed(first.flight, get("/p", german), answer("hallo", varying), nullptr, m_now);
    EXPECT_EQ(landed.sharers.size(), 1u);
    EXPECT_EQ(landed.others.size(), 1u);
    EXPECT_EQ(wayOf(get("/p", english)), Way::ask);
    ask(get("/p", english), answer("hello", varying));
    EXPECT_EQ(m_store.look(get("/p", german), m_now).answer->response.body(), "hallo");
    EXPECT_EQ(m_store.look(get("/p", english), m_now).answer->response.body(), "hello");
    EXPECT_EQ(wayOf(get("/p")), Way::ask);
    // A write at the address takes all of them, and the one on its way.
    const auto late = m_store.look(get("/p", {{"Accept-Language", "fr"}}), m_now);
    m_store.invalidate(get("/p"));
    EXPECT_EQ(wayOf(get("/p", german)), Way::ask);
    m_store.landed(late.flight, get("/p", {{"Accept-Language", "fr"}}), answer("old", varying),
                   nullptr, m_now);
    ask(get("/p", german), answer("neu", varying));
    EXPECT_EQ(wayOf(get("/p", {{"Accept-Language", "fr"}})), Way::ask);
    EXPECT_EQ(m_store.look(get("/p", german), m_now).answer->response.body(), "neu");
}

TEST_F(Edge, WhatIsPersonalIsTakenOff) {
    const auto landed = ask(get("/p"), answer("one", {{"Cache-Control", "public, max-age=60"},
                                                      {"Server-Timing", "database;dur=5"},
                                                      {"RateLimit", "\"peruser\";r=3"},
                                                      {"Connection", "keep-alive"}}));
    for (const char* name : {"Server-Timing", "RateLimit", "Connection"})
        EXPECT_EQ(landed.answer->response.count(name), 0u) << name;
}

TEST_F(Edge, AnUnchangedAnswerIsGoodForAnotherWhile) {
    ask(get("/p"), publicly("one"));
    wait(61);
    const auto found = m_store.look(get("/p"), m_now);
    ASSERT_EQ(found.way, Way::ask);
    EXPECT_STREQ(found.forwarded, "stale");
    HttpResponse unchanged(http::status::not_modified, 11);
    unchanged.set("Cache-Control", "public, max-age=30");
    unchanged.set("ETag", "\"1\"");
    const auto landed = m_store.landed(found.flight, get("/p"), unchanged, found.answer, m_now);
    EXPECT_TRUE(landed.isUnchanged);
    EXPECT_EQ(landed.answer->response.body(), "one");
    EXPECT_EQ(landed.answer->response.result(), http::status::ok);
    wait(29);
    EXPECT_EQ(m_store.look(get("/p"), m_now).leftS, 1);
    wait(1);
    EXPECT_EQ(wayOf(get("/p")), Way::ask);
}

TEST_F(Edge, TheAgeIsThatOfTheAnswer) {
    ask(get("/p"), answer("one", {{"Cache-Control", "public, max-age=60"}, {"Age", "20"}}));
    wait(15);
    const auto found = m_store.look(get("/p"), m_now);
    EXPECT_EQ(found.ageS, 35);
    EXPECT_EQ(found.leftS, 25);
}

TEST_F(Edge, WhoWantsToKnowFromTheOriginIsAsked) {
    ask(get("/p"), publicly("one"));
    EXPECT_EQ(wayOf(get("/p", {{"Cache-Control", "no-cache"}})), Way::ask);
    EXPECT_EQ(wayOf(get("/p", {{"Cache-Control", "max-age=0"}})), Way::ask);
    EXPECT_EQ(wayOf(get("/p", {{"Cache-Control", "no-store"}})), Way::pass);
    EXPECT_EQ(wayOf(get("/p")), Way::hit);
}

TEST_F(Edge, AHeadIsAnsweredWithWhatAGetHasLeft) {
    auto head = get("/p");
    head.method(http::verb::head);
    EXPECT_EQ(m_store.look(head, m_now).way, Way::pass);
    ask(get("/p"), publicly("one"));
    EXPECT_EQ(m_store.look(head, m_now).way, Way::hit);
}

TEST_F(Edge, AnotherReleaseOfTheApiAnswersAnew) {
    ask(get("/p"), publicly("one"));
    m_store.setForm("explicit_fields");
    EXPECT_EQ(wayOf(get("/p")), Way::ask);
}

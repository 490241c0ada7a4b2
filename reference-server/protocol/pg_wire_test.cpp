// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/pg_wire.h"

#include <gtest/gtest.h>

using namespace tenfold::protocol;  // NOLINT: a test

TEST(PgWire, MessagesAreCutWhereTheyEnd) {
    std::string out;
    PgWriter(out).commandComplete("SELECT 3");
    PgWriter(out).readyForQuery('I');
    PgMessage m;
    std::size_t used = 0;
    ASSERT_EQ(cutPgMessage(out, false, m, used), PgCut::message);
    EXPECT_EQ(m.type, 'C');
    EXPECT_EQ(PgReader(m.body).cstring(), "SELECT 3");
    ASSERT_EQ(cutPgMessage(std::string_view(out).substr(used), false, m, used), PgCut::message);
    EXPECT_EQ(m.type, 'Z');
    for (std::size_t n = 0; n < 14; ++n)
        EXPECT_EQ(cutPgMessage(std::string_view(out).substr(0, n), false, m, used),
                  PgCut::needMore);
}

TEST(PgWire, AbsurdLengthsAreRefused) {
    PgMessage m;
    std::size_t used = 0;
    EXPECT_EQ(cutPgMessage(std::string("Q\x7f\xff\xff\xff", 5), false, m, used), PgCut::malformed);
    EXPECT_EQ(cutPgMessage(std::string("Q\0\0\0\3", 5), false, m, used), PgCut::malformed);
}

TEST(PgWire, StartupMessagesAreShort) {
    PgMessage m;
    std::size_t used = 0;
    // 10,001 bytes: what has not logged in may not have them kept for it.
    EXPECT_EQ(cutPgMessage(std::string("\0\0\x27\x11", 4), true, m, used), PgCut::malformed);
    EXPECT_EQ(cutPgMessage(std::string("\0\0\x27\x10", 4), true, m, used), PgCut::needMore);
    EXPECT_EQ(cutPgMessage(std::string("\0\0\0\4", 4), true, m, used), PgCut::message);
    EXPECT_EQ(m.body, "");
}

TEST(PgWire, WhoReadsAnswersMayAllowForLongerMessages) {
    PgMessage m;
    std::size_t used = 0;
    const std::string head("d\x02\0\0\0", 5);  // 32 MiB
    EXPECT_EQ(cutPgMessage(head, false, m, used), PgCut::malformed);
    EXPECT_EQ(cutPgMessage(head, false, m, used, 64 << 20), PgCut::needMore);
}

TEST(PgWire, ReadingPastTheEndIsNoticedNotFatal) {
    PgReader r(std::string_view("\0\1ab", 4));
    EXPECT_EQ(r.int16(), 1);
    EXPECT_EQ(r.int32(), 0);
    EXPECT_FALSE(r.ok());
    EXPECT_EQ(r.cstring(), "");
}

TEST(PgWire, ErrorsCarrySeverityStateAndWords) {
    std::string out;
    PgWriter(out).error("FATAL", "53300", "sorry, too many clients already");
    EXPECT_NE(out.find("C53300"), std::string::npos);
    EXPECT_NE(out.find("Msorry, too many clients already"), std::string::npos);
}

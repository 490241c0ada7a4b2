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

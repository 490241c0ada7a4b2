// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/agreement_file.h"

#include <gtest/gtest.h>

#include <fstream>

namespace tenfold::study {
namespace {

std::optional<AgreementFile> readText(const std::string& text) {
    const auto file = std::filesystem::path(::testing::TempDir()) / "agreement.json";
    std::ofstream(file) << text;
    return readAgreement(file);
}

TEST(AgreementFile, ReadsWhatIsThere) {
    const auto f = readText(R"({"format":"tenfold.agreement/1","date":"2026-11-24",
        "live":{"cells":30,"within":28,"median_error":{"p50_ms":0.02,"p99_ms":0.08},
                "worst":[{"cell":"naive at 10k","metric":"p99_ms","error":0.2,"cause":"few"}]},
        "real":null,"decisions":{"right":0.97,"of":120,"coverage":0.9}})");
    ASSERT_TRUE(f);
    EXPECT_EQ(f->date, "2026-11-24");
    ASSERT_TRUE(f->live);
    EXPECT_EQ(f->live->cells, 30);
    EXPECT_EQ(f->live->within, 28);
    EXPECT_EQ(f->live->medianError[static_cast<std::size_t>(Metric::p99Ms)], 0.08);
    EXPECT_FALSE(f->live->medianError[static_cast<std::size_t>(Metric::p95Ms)]);
    ASSERT_EQ(f->live->worst.size(), 1u);
    EXPECT_EQ(f->live->worst[0].cause, "few");
    EXPECT_FALSE(f->real);
    ASSERT_TRUE(f->decisions);
    EXPECT_EQ(f->decisions->of, 120);
}

TEST(AgreementFile, LeavesOutWhatIsNotOfItsType) {
    const auto f = readText(R"({"format":"tenfold.agreement/1","date":7,"live":
        {"cells":"many","median_error":[1],"worst":[3,{"error":"large"},{"error":0.1}]},
        "decisions":[]})");
    ASSERT_TRUE(f);
    EXPECT_EQ(f->date, "");
    ASSERT_TRUE(f->live);
    EXPECT_FALSE(f->live->cells);
    EXPECT_EQ(f->live->worst.size(), 1u);
    EXPECT_FALSE(f->decisions);
}

TEST(AgreementFile, IsNothingWhenItIsAnotherFile) {
    EXPECT_FALSE(readText("not json"));
    EXPECT_FALSE(readText(R"({"format":"tenfold.agreement/9"})"));
    EXPECT_FALSE(readText("[]"));
    EXPECT_FALSE(readAgreement("/nowhere/at/all.json"));
}

}  // namespace
}  // namespace tenfold::study

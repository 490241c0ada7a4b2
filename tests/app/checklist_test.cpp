// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QPointer>
#include <QPushButton>
#include <QTest>

#include "app/checklist/checklist_dialog.h"

namespace tenfold::app {
namespace {

study::ChecklistTier tierOf(const std::string& users, study::Derived derived) {
    study::ChecklistTier tier;
    tier.tier = users;
    tier.budgetMinutes = 526;
    tier.smallest.minimal = {0b1};
    tier.smallest.trials[0b1].holds = true;
    tier.smallest.trials[0b1].errorMinutes = {{"auth_down", 30}};
    study::ChecklistCell cell;
    cell.row = "queries";
    cell.tier = users;
    cell.article = "Required";
    cell.derived = derived;
    cell.decidedBy = "load";
    cell.why = "without it the peak: orders.list";
    tier.cells.push_back(cell);
    return tier;
}

ChecklistResult result() {
    ChecklistResult r;
    r.table.seconds = 3;
    r.table.tiers = {tierOf("10k", study::Derived::optional),
                     tierOf("100k", study::Derived::required)};
    r.own = tierOf("40k", study::Derived::helpful);
    r.titles = {{"queries", "Queries"}};
    r.names = {{0b1, "queries"}};
    return r;
}

TEST(ChecklistDialog, ShowsNothingBeforeItIsKnownThenEachCellWithItsReason) {
    std::atomic<bool> mayEnd{false};
    auto* dialog = new ChecklistDialog([&](const std::atomic<bool>&) {
        while (!mayEnd) std::this_thread::yield();
        return result();
    });
    EXPECT_FALSE(dialog->isFilled());
    EXPECT_EQ(dialog->cell(0, 0), nullptr);
    mayEnd = true;
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog->isFilled(); }, 20'000));
    EXPECT_EQ(dialog->cell(0, 0)->text(), "Optional  ≠  Required");
    EXPECT_EQ(dialog->cell(0, 1)->text(), "Required");
    EXPECT_EQ(dialog->cell(-1, 2)->text(), "yours: 40k");
    dialog->cell(0, 1)->click();
    EXPECT_TRUE(dialog->evidence().contains("without it the peak: orders.list"));
    dialog->cell(-1, 2)->click();
    EXPECT_TRUE(dialog->evidence().contains("Smallest that holds: queries; fails 30 minutes"));
    QPointer<ChecklistDialog> alive(dialog);
    dialog->reject();
    EXPECT_TRUE(QTest::qWaitFor([&] { return alive.isNull(); }, 20'000));
}

TEST(ChecklistDialog, ClosedEarlyItCancelsAndGoesWhenItsThreadHasEnded) {
    std::atomic<bool> wasCancelled{false};
    QPointer<ChecklistDialog> dialog =
        new ChecklistDialog([&](const std::atomic<bool>& isCancelled) {
            while (!isCancelled) std::this_thread::yield();
            wasCancelled = true;
            return ChecklistResult{};
        });
    dialog->reject();
    EXPECT_TRUE(QTest::qWaitFor([&] { return dialog.isNull(); }, 20'000));
    EXPECT_TRUE(wasCancelled);
}

TEST(ChecklistDialog, SaysWhyThereIsNone) {
    ChecklistDialog dialog([](const std::atomic<bool>&) {
        ChecklistResult r;
        r.failure = "rows.json: cannot be read";
        return r;
    });
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog.isFilled(); }, 20'000));
    bool isSaid = false;
    for (const auto* label : dialog.findChildren<QLabel*>())
        isSaid = isSaid || label->text().contains("rows.json: cannot be read");
    EXPECT_TRUE(isSaid);
}

}  // namespace
}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/topology/node_popover.h"

#include <QLineEdit>

#include "app/theme/words.h"
#include "app/topology/node_figures.h"
#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using tenfold::fake::FakeWindow;

namespace {

/// The popover of the box with this title.
std::unique_ptr<app::NodePopover> open(FakeWindow& w, const QString& title) {
    for (const auto& box : w.window.diagram().model().boxes)
        if (box.title == title) {
            auto popover = std::make_unique<app::NodePopover>(box, w.model, w.theme, &w.window);
            popover->setAttribute(Qt::WA_DeleteOnClose, false);
            popover->openAt(QRect(100, 100, 10, 10));
            return popover;
        }
    return nullptr;
}

bool has(const app::FigureList& list, const QString& text) {
    for (const auto& line : list.texts())
        if (line.startsWith(text)) return true;
    return false;
}

}  // namespace

TEST(NodePopover, ANodeOpensWithItsAddressAndCommandLine) {
    FakeWindow w;
    w.start(8);
    for (const auto& box : w.window.diagram().model().boxes) {
        if (box.members.empty()) continue;
        const auto popover = open(w, box.title);
        ASSERT_NE(popover, nullptr);
        const auto* line = popover->findChild<QLineEdit*>();
        ASSERT_NE(line, nullptr) << box.title.toStdString();
        EXPECT_TRUE(line->isVisible());
        EXPECT_FALSE(line->text().isEmpty());
    }
}

TEST(NodePopover, TellsItsQueueItsCountersAndWhatItIsSetTo) {
    FakeWindow w;
    w.start(40);
    const auto primary = open(w, "Primary");
    EXPECT_TRUE(has(primary->queue(), "connections: 20 of 97"))
        << primary->queue().texts().join("; ").toStdString();
    EXPECT_TRUE(has(primary->queue(), "waiting for a core"));
    EXPECT_TRUE(has(primary->counters(), "CPU: "));
    EXPECT_TRUE(has(primary->switches(), "Indexes: Off"))
        << primary->switches().texts().join("; ").toStdString();
    EXPECT_FALSE(has(primary->switches(), "Rate limiting"));
    EXPECT_TRUE(has(primary->machine(), "cores: 2"));
    EXPECT_TRUE(has(open(w, "Gateway")->switches(), "Rate limiting: Off"));
}

TEST(NodePopover, FiguresGoOnWhileItIsOpen) {
    FakeWindow w;
    w.start(8);
    const auto primary = open(w, "Primary");
    EXPECT_TRUE(has(primary->switches(), "Indexes: Off"));
    w.model.changeMechanism("indexes", {"on", {}});
    w.engine->step(4);
    w.settle();
    EXPECT_TRUE(has(primary->switches(), "Indexes: On"));
}

TEST(NodePopover, ShowsTheSlowestRequestWithItsStatementsAndTheirPlans) {
    FakeWindow w;
    w.start(40);
    const auto primary = open(w, "Primary");
    auto& slowest = primary->slowest();
    ASSERT_NE(slowest.request(), nullptr);
    EXPECT_EQ(slowest.request()->endpoint, "orders.list");
    EXPECT_EQ(slowest.statement(), "SELECT count(*) FROM order_lines WHERE order_id = $1");
    EXPECT_EQ(slowest.plan(), "SCAN order_lines");
    EXPECT_TRUE(slowest.explanation().contains("20 round trips"))
        << slowest.explanation().toStdString();
    EXPECT_TRUE(slowest.explanation().contains("9,999,980 rows scanned"));
    slowest.waterfall().choose(0);
    EXPECT_TRUE(slowest.explanation().startsWith("In the gateway's line"));
}

TEST(NodePopover, ThePlanIsThatOfNow) {
    FakeWindow w;
    w.start(40);
    w.model.changeMechanism("indexes", {"on", {}});
    w.engine->step(8);
    w.settle();
    auto primary = open(w, "Primary");
    auto& rows = primary->slowest().waterfall();
    for (std::size_t i = 0; i < rows.rows().size(); ++i)
        if (rows.rows()[i].label == "orders.count") rows.choose(i);
    EXPECT_TRUE(primary->slowest().plan().startsWith("SEARCH order_lines"))
        << primary->slowest().plan().toStdString();
}

TEST(NodePopover, SaysSoWhenNoRequestHasPassed) {
    FakeWindow w;
    w.start(8);
    const auto second = open(w, "API 2");
    EXPECT_EQ(second->slowest().request(), nullptr);
    EXPECT_FALSE(second->slowest().waterfall().isVisible());
    FakeWindow idle;
    const auto planned = open(idle, "Primary");
    ASSERT_NE(planned, nullptr);
    EXPECT_FALSE(planned->grab().isNull());
}

TEST(NodePopover, OfSeveralAlikeOneIsShownAtATime) {
    FakeWindow w;
    w.model.changeUsers(1e6);
    w.start(8);
    const auto rest = open(w, "API 3 to 8");
    ASSERT_NE(rest, nullptr);
    EXPECT_EQ(rest->node(), "api-3");
    rest->showNode("api-7");
    EXPECT_EQ(rest->node(), "api-7");
    EXPECT_TRUE(has(rest->queue(), "threads in use"));
}

TEST(NodePopover, FitsTheScreenAndKeepsItsWords) {
    FakeWindow w;
    w.start(40);
    for (const auto& box : w.window.diagram().model().boxes) {
        if (box.members.empty()) continue;
        const auto popover = open(w, box.title);
        EXPECT_LE(popover->height(), popover->room().height());
        for (const auto* list :
             {&popover->queue(), &popover->counters(), &popover->switches(), &popover->machine()})
            for (const auto* label : list->findChildren<QLabel*>()) {
                if (!label->isVisible()) continue;
                const int wanted = label->fontMetrics().horizontalAdvance(label->text());
                EXPECT_GE(label->width() + 1, wanted)
                    << box.title.toStdString() << ": " << label->text().toStdString();
            }
    }
}

TEST(NodeFigures, EverySwitchActsSomewhere) {
    const auto scenario = fake::FakeRun::scenario();
    for (const auto& spec : mechanisms::catalogue().specs()) {
        bool isThere = false;
        for (const char* role : {"gateway", "edge", "instance", "database", "replica", "pooler",
                                 "cache", "auth", "worker", "sink"})
            for (const auto& figure : app::switchesOf(role, scenario, mechanisms::catalogue()))
                isThere = isThere || figure.name.toStdString() == spec.title;
        EXPECT_TRUE(isThere) << spec.id;
    }
}

TEST(NodeFigures, RejectionsAreNamedAndARateEach) {
    measure::NodeSample n;
    n.role = "gateway";
    n.spanMs = 2000;
    n.capacity = 256;
    n.inUse = 20;
    n.waiting = 12;
    n.rejected = {{"queue_full", 10}, {"rate_limited_ip", 0}};
    const auto queue = app::queueOf(n);
    EXPECT_EQ(queue.figures[0].value, "20");
    EXPECT_EQ(queue.figures[1].value, "12 of 256");
    EXPECT_EQ(queue.figures[2].name, "rejected: queue full");
    EXPECT_EQ(queue.figures[2].value, "5.0 /s");
    EXPECT_EQ(queue.figures.size(), 3u);
    EXPECT_NEAR(*queue.used, 12.0 / 256, 1e-9);
    n.rejected.clear();
    EXPECT_EQ(app::queueOf(n).figures.back().value, "none");
}

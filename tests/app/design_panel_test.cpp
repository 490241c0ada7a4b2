// SPDX-License-Identifier: GPL-3.0-or-later
#include <QMenu>

#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using tenfold::fake::FakeWindow;

namespace {

app::MechanismRow* rowOf(FakeWindow& w, const std::string& id) {
    for (auto* row : w.window.design().rows())
        if (row->spec().id == id) return row;
    return nullptr;
}

int designChanges(const fake::FakeEngine& engine) {
    int n = 0;
    for (const auto& c : engine.changes())
        n += std::holds_alternative<engine::DesignChange>(c) ? 1 : 0;
    return n;
}

}  // namespace

TEST(DesignPanel, HasAControlForEachMechanismAndParameterOfTheCatalogue) {
    FakeWindow w;
    const auto& specs = mechanisms::catalogue().specs();
    ASSERT_EQ(w.window.design().rows().size(), specs.size());
    for (const auto& spec : specs) {
        auto* row = rowOf(w, spec.id);
        ASSERT_NE(row, nullptr) << spec.id;
        EXPECT_EQ(row->control()->accessibleName().toStdString(), spec.title);
        EXPECT_EQ(row->parameters().size(), spec.parameters.size()) << spec.id;
        const bool isToggle = qobject_cast<app::ToggleSwitch*>(row->control()) != nullptr;
        EXPECT_EQ(isToggle, spec.values.size() == 2) << spec.id;
    }
}

TEST(DesignPanel, FlippingAnyControlIssuesOneDesignChange) {
    FakeWindow w;
    w.start(4);
    int expected = 0;
    for (const auto& spec : mechanisms::catalogue().specs()) {
        auto* row = rowOf(w, spec.id);
        if (auto* toggle = qobject_cast<app::ToggleSwitch*>(row->control())) {
            QTest::keyClick(toggle, Qt::Key_Space);
        } else {
            auto* choice = qobject_cast<app::ChoiceButton*>(row->control());
            ASSERT_NE(choice, nullptr) << spec.id;
            choice->menu()->actions().at(1)->trigger();
        }
        EXPECT_EQ(designChanges(*w.engine), ++expected) << spec.id;
        EXPECT_TRUE(w.model.scenario().design.is(spec.id, spec.values[1].id)) << spec.id;
    }
    while (w.model.undoStack().canUndo()) w.model.undoStack().undo();
    EXPECT_EQ(w.model.scenario().design, fake::FakeRun::scenario().design);
    EXPECT_FALSE(rowOf(w, "indexes")->isOn()) << "the panel follows undo";
}

TEST(DesignPanel, CombinableValuesAreJoined) {
    FakeWindow w;
    auto* choice = qobject_cast<app::ChoiceButton*>(rowOf(w, "rate_limiting")->control());
    ASSERT_NE(choice, nullptr);
    choice->menu()->actions().at(1)->trigger();
    choice->menu()->actions().at(2)->trigger();
    EXPECT_EQ(w.model.scenario().design.of("rate_limiting").value, "per_ip+per_user");
    choice->menu()->actions().at(0)->trigger();
    EXPECT_EQ(w.model.scenario().design.of("rate_limiting").value, "off");
}

TEST(DesignPanel, FaultsAndMachinesBecomeChanges) {
    FakeWindow w;
    for (const auto& [name, button] : w.window.design().faultButtons())
        EXPECT_FALSE(button->isEnabled()) << "nothing runs yet: " << name;
    w.start(4);
    auto* button = w.window.design().faultButtons().at("flash_crowd");
    ASSERT_TRUE(button->isEnabled());
    button->click();
    button->click();
    ASSERT_EQ(w.engine->changes().size(), 1u) << "a fault that runs is not started again";
    EXPECT_EQ(std::get<engine::FaultStart>(w.engine->changes()[0]).name, "flash_crowd");
}

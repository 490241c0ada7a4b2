// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTemporaryDir>

#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using tenfold::fake::FakeWindow;

TEST(ScenarioFiles, ANewOneIsADesignAsAFirstVersionShipsIt) {
    FakeWindow w;
    w.model.changeUsers(1e6);
    w.window.files().startNew();
    EXPECT_EQ(w.model.scenario().design, scenario::Design::naive(mechanisms::catalogue()));
    EXPECT_EQ(w.model.scenario().workload.dailyActiveUsers, 1e4);
    EXPECT_FALSE(w.model.undoStack().canUndo());
}

TEST(ScenarioFiles, ABadFileLeavesEverythingAsItWasAndNamesAllProblems) {
    FakeWindow w;
    QTemporaryDir folder;
    const QString file = folder.filePath("bad.json");
    QFile out(file);
    ASSERT_TRUE(out.open(QIODevice::WriteOnly));
    out.write(R"({"format":"tenfold.scenario/1","desing":{},"seed":"x"})");
    out.close();
    const auto before = w.model.scenario();
    const auto problems = w.window.files().open(file.toStdString());
    EXPECT_GE(problems.size(), 2);
    EXPECT_EQ(w.model.scenario(), before);
    EXPECT_EQ(w.window.files().open("/nowhere/at/all.json").size(), 1);
}

TEST(ScenarioFiles, WhatIsSavedCanBeOpenedAgain) {
    FakeWindow w;
    auto setting = w.model.scenario().design.of("read_replicas");
    setting.value = "2";
    setting.parameters["lag_ms"] = 500;
    w.model.changeMechanism("read_replicas", setting);
    const auto saved = w.model.scenario();
    QTemporaryDir folder;
    const QString file = folder.filePath("a.json");
    EXPECT_EQ(w.window.files().save(file), QString());
    w.model.undoStack().undo();
    EXPECT_EQ(w.window.files().open(file.toStdString()), QStringList{});
    EXPECT_EQ(w.model.scenario(), saved);
    EXPECT_FALSE(w.window.files().save("/nowhere/at/all.json").isEmpty());
    EXPECT_FALSE(w.window.files().exportCsv("/nowhere/at/all.csv").isEmpty());
}

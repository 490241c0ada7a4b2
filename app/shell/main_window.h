// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <functional>
#include <map>

#include "app/charts/panel_grid.h"
#include "app/design_panel/design_panel.h"
#include "app/run/run_model.h"
#include "app/settings/preferences.h"
#include "app/shell/header_bar.h"
#include "app/shell/scenario_files.h"
#include "app/shell/shortcuts.h"
#include "app/shell/status_line.h"
#include "app/shell/tiles.h"
#include "app/shell/verdict_strip.h"
#include "app/topology/system_diagram.h"
#include "app/twin/flip_ledger.h"
#include "app/twin/predictions.h"
#include "app/why/side_column.h"

namespace tenfold::app {

/// The workbench: puts the parts in their places and binds the keys. What the parts show is theirs.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// `ledger`: where predictions and their outcomes are kept; empty: nowhere.
    MainWindow(RunModel& run, ThemeSource& theme, Preferences preferences,
               const std::filesystem::path& ledger = {});
    ~MainWindow() override;

    /// As a click on the node, or on the sign beside the switch, does; nothing when it is not
    /// there.
    void openNode(const std::string& id);
    void openCardOf(const std::string& mechanism);
    /// The window with what it has opened over it.
    QPixmap picture();

    Predictions& predictions() { return *m_predictions; }
    FlipLedger& ledger() { return *m_ledger; }
    DesignPanel& design() { return *m_design; }
    PanelGrid& panels() { return *m_panels; }
    Tiles& tiles() { return *m_tiles; }
    VerdictStrip& verdict() { return *m_verdict; }
    SystemDiagram& diagram() { return *m_diagram; }
    SideColumn& side() { return *m_side; }
    StatusLine& status() { return *m_status; }
    HeaderBar& header() { return *m_header; }
    ScenarioFiles& files() { return *m_files; }

protected:
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeCentre();
    void openBox(std::size_t box);
    QMenu* makeMenu();
    void bindShortcuts();
    void applyTheme();
    void fitColumns();
    void pinBaseline();

    RunModel& m_run;
    ThemeSource& m_theme;
    Preferences m_preferences;
    std::map<Command, QAction*> m_actions;
    ScenarioFiles* m_files;
    Predictions* m_predictions = nullptr;
    FlipLedger* m_ledger = nullptr;
    HeaderBar* m_header = nullptr;
    VerdictStrip* m_verdict = nullptr;
    DesignPanel* m_design = nullptr;
    SystemDiagram* m_diagram = nullptr;
    Tiles* m_tiles = nullptr;
    PanelGrid* m_panels = nullptr;
    SideColumn* m_side = nullptr;
    StatusLine* m_status = nullptr;
    int m_tab = 0;
};

}  // namespace tenfold::app

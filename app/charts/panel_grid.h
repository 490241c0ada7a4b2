// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QWidget>

#include "app/charts/panel.h"

namespace tenfold::app {

/// The four panels on one time axis: one cursor, the same flags and gaps through all.
class PanelGrid : public QWidget {
    Q_OBJECT
public:
    PanelGrid(RunModel& run, const ThemeSource& theme, QWidget* parent = nullptr);

    void highlightFlag(int number);
    void moveCursor(std::optional<double> x);
    /// The chart that has the focus, as a picture and as numbers. False when none has it.
    bool copyFocused() const;
    std::vector<ChartView*> charts() const;
    void refresh();

Q_SIGNALS:
    void flagHovered(int number);
    void flagChosen(int number);

private:
    struct Cell {
        std::unique_ptr<Panel> panel;
        ChartView* chart = nullptr;
        QLabel* badge = nullptr;
    };
    void add(std::unique_ptr<Panel> panel, int row, int column);

    RunModel& m_run;
    const ThemeSource& m_theme;
    std::vector<Cell> m_cells;
    int m_ticks = 0;
};

}  // namespace tenfold::app

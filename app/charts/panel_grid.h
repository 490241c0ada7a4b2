// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QWidget>

#include "app/charts/endpoint_choice.h"
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

    /// What each panel shows, as an endpoint's id ("": everything), and whether they change
    /// together.
    struct Views {
        QStringList endpoints;
        bool isTogether = true;
    };
    Views views() const;
    void showViews(const Views& views);
    /// As the chooser of this panel does.
    void choose(std::size_t panel, View view);
    EndpointChoice& choice(std::size_t panel) { return *m_cells[panel].choice; }

Q_SIGNALS:
    void flagHovered(int number);
    void flagChosen(int number);
    void viewsChanged();

private:
    struct Cell {
        std::unique_ptr<Panel> panel;
        ChartView* chart = nullptr;
        QLabel* badge = nullptr;
        EndpointChoice* choice = nullptr;
        View view{};
    };
    static QString titleOf(const Cell& cell);
    void add(std::unique_ptr<Panel> panel, int row, int column);

    RunModel& m_run;
    const ThemeSource& m_theme;
    std::vector<Cell> m_cells;
    bool m_isTogether = true;
    int m_ticks = 0;
};

}  // namespace tenfold::app

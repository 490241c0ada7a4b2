// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/run/run_model.h"
#include "app/theme/widgets.h"
#include "app/topology/diagram_model.h"
#include "app/topology/figure_list.h"
#include "app/topology/slow_request_view.h"

class QLineEdit;
class QVBoxLayout;

namespace tenfold::app {

/// All that is known about a node of the diagram: how to reach it, its queue, its counters, what
/// it is set to, and the slowest request of late that passed it. Of several alike one at a time.
/// Figures go on while it is open.
class NodePopover : public Popover {
    Q_OBJECT
public:
    NodePopover(const DiagramBox& box, const RunModel& run, const ThemeSource& theme,
                QWidget* owner);

    void showNode(const std::string& id);
    const std::string& node() const { return m_node; }
    const FigureList& queue() const { return *m_queue; }
    const FigureList& counters() const { return *m_counters; }
    const FigureList& switches() const { return *m_switches; }
    const FigureList& machine() const { return *m_machine; }
    SlowRequestView& slowest() { return *m_slowest; }

private:
    void addHead(QVBoxLayout* layout, const DiagramBox& box);
    void addCommand(QVBoxLayout* layout);
    void addFigures(QVBoxLayout* layout);
    void refresh();
    void showAddress();
    void fit();
    const engine::NodeAddress* address() const;

    const RunModel& m_run;
    const ThemeSource& m_theme;
    std::string m_node;
    std::string m_role;
    QWidget* m_content = nullptr;
    QToolButton* m_member = nullptr;  // which of several
    QLabel* m_address = nullptr;
    QWidget* m_commandRow = nullptr;
    QLineEdit* m_command = nullptr;
    QLabel* m_noCommand = nullptr;
    FigureList* m_queue = nullptr;
    MeterBar* m_used = nullptr;
    FigureList* m_counters = nullptr;
    FigureList* m_switches = nullptr;
    QLabel* m_machineTitle = nullptr;
    FigureList* m_machine = nullptr;
    SlowRequestView* m_slowest = nullptr;
};

}  // namespace tenfold::app

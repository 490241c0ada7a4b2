// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>
#include <QVBoxLayout>
#include <QWidget>
#include <map>
#include <vector>

#include "app/design_panel/mechanism_row.h"
#include "app/run/run_model.h"
#include "app/twin/predictions.h"

namespace tenfold::app {

/// The left column: every switch of the catalogue in groups by tier, what can go wrong, and bigger
/// machines. Built from the specs: a new mechanism appears here by itself.
class DesignPanel : public QFrame {
    Q_OBJECT
public:
    DesignPanel(RunModel& run, const Predictions& predictions, const ThemeSource& theme,
                QWidget* parent = nullptr);

    const std::vector<MechanismRow*>& rows() const { return m_rows; }
    const std::map<std::string, QPushButton*>& faultButtons() const { return m_faults; }
    void focusFirstSwitch();

private:
    struct Group {
        scenario::Tier tier;
        GroupHeader* header = nullptr;
        QWidget* body = nullptr;
        std::vector<MechanismRow*> rows;
    };
    void addGroups(QVBoxLayout* layout, const ThemeSource& theme);
    void addFaults(QVBoxLayout* layout);
    void addMachines(QVBoxLayout* layout);
    void openCurrentTier();
    void refresh();
    void refreshFigures();
    void refreshPredictions();
    void refreshMachines();
    QString bestOf(const Group& group) const;

    RunModel& m_run;
    const Predictions& m_predictions;
    ElidedLabel* m_caption = nullptr;
    std::vector<Group> m_groups;
    std::vector<MechanismRow*> m_rows;
    std::map<std::string, QPushButton*> m_faults;
    QPushButton* m_instances = nullptr;
    QPushButton* m_database = nullptr;
    double m_usersShown = 0;
};

}  // namespace tenfold::app

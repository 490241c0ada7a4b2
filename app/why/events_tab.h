// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QWidget>

#include "app/run/run_model.h"
#include "app/theme/widgets.h"

namespace tenfold::app {

/// What happened, numbered as the flags on the charts; a row and its flag light up together.
class EventsTab : public QWidget {
    Q_OBJECT
public:
    explicit EventsTab(RunModel& run, QWidget* parent = nullptr);
    void highlight(int number);
    int currentNumber() const;  // of the chosen row; 0 without one
    int rowCount() const { return m_list->count(); }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

Q_SIGNALS:
    void flagHovered(int number);

private:
    void refresh();
    void showDetail(int row);

    RunModel& m_run;
    QListWidget* m_list;
    QLabel* m_empty;
    QLabel* m_detail;
    QPushButton* m_undo;
    std::size_t m_shown = 0;
};

}  // namespace tenfold::app

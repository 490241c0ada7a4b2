// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QToolButton>
#include <QWidget>

#include "app/run/run_model.h"
#include "app/theme/widgets.h"
#include "app/topology/waterfall.h"

namespace tenfold::app {

/// The slowest request of late through a node: what it waited for and asked, and of what is chosen
/// there the statement and its plan. It stands still while it is read; a button takes a newer one.
class SlowRequestView : public QWidget {
    Q_OBJECT
public:
    SlowRequestView(const RunModel& run, const ThemeSource& theme, QWidget* parent = nullptr);

    void showNode(const std::string& node, const std::string& role);
    /// Whether there is a newer one, and how old the shown one is.
    void refreshAge();

    const measure::SlowRequest* request() const { return m_request.get(); }
    Waterfall& waterfall() { return *m_waterfall; }
    QString explanation() const { return m_what->text(); }
    QString statement() const { return m_statement->text(); }
    QString plan() const { return m_plan->text(); }

Q_SIGNALS:
    /// It wants another height.
    void resized();

private:
    void take();
    void explain(std::size_t row);
    void explainStatements(const WaterfallRow& row);

    const RunModel& m_run;
    std::string m_node;
    std::string m_role;
    std::shared_ptr<const measure::SlowRequest> m_request;
    QLabel* m_age;
    QToolButton* m_newer;
    QLabel* m_head;
    Waterfall* m_waterfall;
    QFrame* m_detail;
    QLabel* m_what;
    QLabel* m_statement;
    QLabel* m_planTitle;
    QLabel* m_plan;
};

}  // namespace tenfold::app

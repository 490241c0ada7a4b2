// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QButtonGroup>
#include <QDialog>
#include <QElapsedTimer>
#include <QGridLayout>
#include <QLabel>
#include <QTimer>
#include <memory>
#include <vector>

#include "app/checklist/checklist_worker.h"

namespace tenfold::app {

/// The article's checklist, derived: ten rows by three sizes, and a column for the scenario's own
/// users. A click on a cell says what decided it; one on a size, which designs hold there. Nothing
/// is shown before it is known. It deletes itself after it is closed, once its thread has ended:
/// nobody waits for that.
class ChecklistDialog : public QDialog {
    Q_OBJECT
public:
    explicit ChecklistDialog(ChecklistWorker::Derive derive, QWidget* parent = nullptr);
    ~ChecklistDialog() override;

    void done(int result) override;
    bool isFilled() const { return m_isFilled; }
    /// What stands below the table.
    QString evidence() const { return m_evidence->text(); }
    /// The button of a row (from 0) and a column (from 0); nullptr: there is none.
    QAbstractButton* cell(int row, int column) const;

private:
    void look();
    void fill(const ChecklistResult& result);
    void addColumn(int column, const study::ChecklistTier& tier, bool isOwn);
    QString evidenceOf(const study::ChecklistCell& cell) const;
    QString evidenceOf(const study::ChecklistTier& tier) const;

    std::unique_ptr<ChecklistWorker> m_worker;
    QElapsedTimer m_since;
    QTimer m_look;
    QLabel* m_state;
    QGridLayout* m_grid;
    QLabel* m_evidence;
    bool m_isFilled = false;
    bool m_isClosed = false;
};

}  // namespace tenfold::app

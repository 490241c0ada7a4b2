// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run/change_command.h"

#include "app/run/run_model.h"
#include "app/theme/words.h"

namespace tenfold::app {

ChangeCommand::ChangeCommand(RunModel& run, engine::Change forward, engine::Change backward,
                             const QString& text, QString mergeKey)
    : QUndoCommand(text),
      m_run(run),
      m_forward(std::move(forward)),
      m_backward(std::move(backward)),
      m_mergeKey(std::move(mergeKey)) {}

void ChangeCommand::redo() {
    engine::Change change = m_forward;
    if (auto* design = std::get_if<engine::DesignChange>(&change))
        design->text = (m_wasUndone ? "redo: " + text() : text()).toStdString();
    m_run.apply(std::move(change));
}

void ChangeCommand::undo() {
    m_wasUndone = true;
    engine::Change change = m_backward;
    if (auto* design = std::get_if<engine::DesignChange>(&change)) {
        const int number = m_run.flagNumber(text());
        design->text =
            (number ? "undo of " + circledNumber(number) + ": " + text() : "undo: " + text())
                .toStdString();
    }
    m_run.apply(std::move(change));
}

bool ChangeCommand::mergeWith(const QUndoCommand* other) {
    const auto* later = dynamic_cast<const ChangeCommand*>(other);
    if (!later || later->m_mergeKey != m_mergeKey || m_wasUndone) return false;
    m_forward = later->m_forward;
    setText(later->text());
    return true;
}

}  // namespace tenfold::app

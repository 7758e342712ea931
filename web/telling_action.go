package web

import (
	"cmp"
	"encoding/json"
	"strings"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
)

// actionTitle says what an action does, with its object.
func (o *place) actionTitle(a *ActionRow, l integration.Lang) string {
	say, ok := commandTitles[a.Command]
	if !ok {
		return a.Command
	}
	if do, ok := a.Do.(centre.ReadChat); ok && do.Whole {
		say = sayReadWhole
	}
	switch do := a.Do.(type) {
	case crm.Create:
		return titled(say.in(l)+" "+strings.TrimPrefix(recordWord(do.Kind, true, l), "the "), do.Fields.Title)
	case crm.Update:
		return say.in(l) + " " + recordWord(do.Kind, true, l) + o.written(do.Fields)
	}
	if detail := o.detail(a.Do, l); detail != "" {
		return say.in(l) + ": " + detail
	}
	return say.in(l)
}

func titled(text string, title *string) string {
	if title == nil {
		return text
	}
	return text + " «" + *title + "»"
}

// written names what a change writes.
func (o *place) written(f crm.Fields) string {
	switch {
	case f.Responsible != nil:
		return " → " + o.user(*f.Responsible)
	case f.Title != nil:
		return " → «" + *f.Title + "»"
	case f.Stage != nil:
		return " → " + *f.Stage
	}
	return ""
}

// detail says what an action works on.
func (o *place) detail(do crm.Command, l integration.Lang) string {
	switch do := do.(type) {
	case crm.Register:
		return dialled(do.Phone) + " → " + o.user(do.User)
	case crm.ShowCard:
		return o.people(do.Users)
	case crm.HideCard:
		return o.people(do.Users)
	case crm.Finish:
		return joined(", ", o.user(do.User), lasting(do.Duration))
	case crm.SetActivity:
		if do.Completed {
			return sayCompleted.in(l)
		}
		return sayReopened.in(l)
	case crm.BindActivity:
		return strings.ToLower(recordWord(do.Kind, false, l))
	case crm.AddActivity:
		return strings.ToLower(recordWord(do.Kind, false, l)) + " → " + o.user(do.User)
	case crm.Comment:
		return o.note(do.Text)
	case crm.EditComment:
		return o.note(do.Text)
	case crm.Notify:
		return o.user(do.User)
	case centre.Dial:
		first := dialled(do.Operator)
		if do.Employee != 0 {
			first = o.employee(do.Employee)
		}
		return first + " → " + dialled(do.Client) + " (" + dialled(do.CallerID) + ")"
	}
	return ""
}

// note is a comment as the journal names it. A conversation's is its whole transcript: of that the heading is enough, because the page
// has the words themselves.
func (o *place) note(text string) string {
	first, _, more := strings.Cut(text, "\n")
	if more {
		first = markup.Replace(first) + "…"
	}
	return "«" + first + "»"
}

// markup is that of a transcript's heading.
var markup = strings.NewReplacer("[B]", "", "[/B]", "", "\u2060", "")

func (o *place) people(ids []crm.UserID) string {
	return strings.Join(each(ids, o.user), ", ")
}

// madeBy reads what a creating action made.
func madeBy(a *ActionRow) (crm.Kind, int64, bool) {
	do, ok := a.Do.(crm.Create)
	var result crm.Made
	if !ok || a.State != lane.StateDone || json.Unmarshal(a.Result, &result) != nil {
		return "", 0, false
	}
	return do.Kind, result.ID, result.ID != 0
}

// actionLinks are the records that an action made or works on, when their ids are known.
func (o *place) actionLinks(a *ActionRow, l integration.Lang) []LinkView {
	kind, id, made := madeBy(a)
	switch do := a.Do.(type) {
	case crm.Update:
		kind, id = do.Kind, do.Entity.ID
	case crm.BindActivity:
		kind, id = do.Kind, do.Entity.ID
	case crm.AddActivity:
		kind, id = do.Kind, do.Entity.ID
	case crm.Comment:
		kind, id = do.Kind, do.Entity.ID
	case crm.EditComment:
		kind, id = do.Kind, do.Entity.ID
	case crm.Register:
		if do.Entity != nil {
			kind, id = do.Kind, do.Entity.ID
		}
	}
	if id == 0 {
		return []LinkView{}
	}
	return []LinkView{o.link(kind, id, made, l)}
}

// actionBadge is an action's state; a change that was not written, because a person had changed the record meanwhile (T-5),
// is not told as done.
func actionBadge(a *ActionRow, l integration.Lang) BadgeView {
	_, update := a.Do.(crm.Update)
	var result crm.Updated
	if update && a.State == lane.StateDone && json.Unmarshal(a.Result, &result) == nil && result.Kept {
		return shadeKept.in(l)
	}
	if !a.State.Settled() && a.Attempts > 1 {
		return shadeAgain.in(l)
	}
	return stateShades[a.State].in(l)
}

// stateSentences say what a state means for the one who waits for it.
var stateSentences = map[lane.ActionState]phrase{
	lane.StatePlanned: {"Ждёт своей очереди.", "It waits for its turn."},
	lane.StateSending: {"Отправлено, ждём ответа портала.", "It was sent, the portal's answer is awaited."},
	lane.StateDoubt:   {"Ответ не дошёл: проверяем, сделано ли, чтобы не сделать дважды.", "The answer was lost: we look whether it was done, so as not to do it twice."},
	lane.StateDone:    {"Портал подтвердил.", "The portal confirmed it."},
	lane.StateFailed:  {"Не понадобилось или закрыто с пометкой.", "It was not needed, or dismissed with a note."},
	lane.StateDead:    {"Отказ окончательный: само не повторится.", "Refused for good: it is not tried again by itself."},
}

// stateSentence says how an action stands, with the other side's own words when it refused.
func stateSentence(a *ActionRow, l integration.Lang) string {
	switch {
	case a.Err == nil:
		return stateSentences[a.State].in(l)
	case a.State == lane.StateDead:
		return sayRefused.in(l) + ": " + ownWords(a.Err)
	case !a.State.Settled():
		return sayAgain.in(l) + ": " + ownWords(a.Err)
	}
	return ownWords(a.Err)
}

// ownWords are a portal's own words, what it said to people first.
func ownWords(e *crm.Error) string {
	if e.Text != "" && e.Code != "" {
		return e.Text + " (" + e.Code + ")"
	}
	return cmp.Or(e.Text, e.Code, string(e.Kind))
}

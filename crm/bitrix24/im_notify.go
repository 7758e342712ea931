package bitrix24

import (
	"strings"

	"omniconnector/crm"
)

// methodNotify is of contract §8.1; it takes the scope im.
const methodNotify = "im.notify.system.add"

// notify compiles a notice in the portal's bell with links to records (C-8). A repeated tag replaces the earlier notice of ours, so
// that it may be repeated at will.
func (r *request) notify(u *unit, do crm.Notify) (commands, reading, *crm.Error) {
	if do.User <= 0 || do.Tag == "" || strings.TrimSpace(do.Text) == "" {
		return nil, nil, invalid(methodNotify, "", "user, tag and text are required")
	}
	message := blend{calm(do.Text)}
	for _, l := range do.Links {
		if entityType(l.Kind) == 0 {
			return nil, nil, invalid(methodNotify, "", "a link to an unknown kind")
		}
		id, e := r.refer(u, l.Entity, anEntity)
		if e != nil {
			return nil, nil, e
		}
		if id == nil {
			continue
		}
		message = append(message, "\n[URL=/crm/"+string(l.Kind)+"/details/", id, "/]")
		if title := strings.Join(strings.Fields(calm(l.Title)), " "); title != "" {
			message = append(message, title+"[/URL]")
		} else {
			message = append(message, "№ ", id, "[/URL]")
		}
	}
	if len(do.Links) > 0 && len(message) == 1 {
		return nil, nil, skipped(methodNotify, "what it tells of was not made")
	}
	p := params{"USER_ID": addressee(u, do.User), "MESSAGE": message, "TAG": do.Tag}
	return commands{{methodNotify, p}}, func(own []reply) (any, *crm.Error) {
		if own[0].isFalse() { // a dismissed employee: the portal tells nobody
			return crm.Notified{}, nil
		}
		id, e := madeID(own[0])
		return crm.Notified{ID: id}, e
	}, nil
}

// addressee is the user. Where the notice tells of a record that is made for that very user in the same request, it is read from the
// answer to that: when nothing was made there is nobody to tell, and the portal refuses the notice.
func addressee(u *unit, user crm.UserID) any {
	for _, to := range u.deps {
		if made, ok := to.call.Do.(crm.Create); ok && made.Fields.Responsible != nil && *made.Fields.Responsible == user {
			return result(to.first, "item", "assignedById")
		}
	}
	return int64(user)
}

// calm keeps people's words from being taken for markup or for references: a word joiner is not to be seen.
func calm(text string) string {
	return strings.NewReplacer("[", "[\u2060", "$result", "$\u2060result").Replace(strings.ToValidUTF8(text, "\uFFFD"))
}

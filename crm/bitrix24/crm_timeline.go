package bitrix24

import (
	"strings"

	"omniconnector/crm"
)

// Methods of contract §5.9.
const (
	methodCommentAdd  = "crm.timeline.comment.add"
	methodCommentList = "crm.timeline.comment.list"
)

// comment compiles crm.timeline.comment.add (contract §5.9).
func (r *request) comment(u *unit, do crm.Comment) (commands, reading, *crm.Error) {
	if entityType(do.Kind) == 0 || strings.TrimSpace(do.Text) == "" {
		return nil, nil, invalid(methodCommentAdd, "", "kind and text are required")
	}
	id, e := r.refer(u, do.Entity, anEntity)
	if e != nil {
		return nil, nil, e
	}
	if id == nil {
		return nil, nil, skipped(methodCommentAdd, "the record it belongs to was not made")
	}
	p := params{"fields": params{"ENTITY_ID": id, "ENTITY_TYPE": string(do.Kind), "COMMENT": do.Text}}
	return commands{{methodCommentAdd, p}}, func(own []reply) (any, *crm.Error) {
		id, e := madeID(own[0])
		return crm.Commented{ID: id}, e
	}, nil
}

// lookUpComment reads the newest page of a record's comments and compares their texts: a comment has no
// field for a key of ours.
func (r *request) lookUpComment(u *unit, do crm.Comment) (command, reading, *crm.Error) {
	if entityType(do.Kind) == 0 {
		return command{}, nil, invalid(methodCommentList, "", "unknown kind")
	}
	id, e := r.refer(u, do.Entity, anEntity)
	if e != nil {
		return command{}, nil, e
	}
	if id == nil {
		return command{}, nil, absent(do)
	}
	cmd := command{methodCommentList, params{
		"filter": params{"ENTITY_ID": id, "ENTITY_TYPE": string(do.Kind)}, "order": params{"ID": "DESC"},
		"select": list([]string{"ID", "COMMENT"}),
	}}
	return cmd, func(own []reply) (any, *crm.Error) {
		var page rows[struct {
			ID   ID   `json:"ID"`
			Text Text `json:"COMMENT"`
		}]
		if e := own[0].into(&page); e != nil {
			return nil, e
		}
		for _, c := range page {
			if c.ID > 0 && said(string(c.Text)) == said(harmless(do.Text)) {
				return crm.Commented{ID: int64(c.ID)}, nil
			}
		}
		return nil, absent(do)
	}, nil
}

// said leaves out what a form's way through the portal may change: line ends, and blanks around the text.
func said(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

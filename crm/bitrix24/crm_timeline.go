package bitrix24

import (
	"strings"

	"omniconnector/crm"
)

// Methods of contract §5.9.
const (
	methodCommentAdd    = "crm.timeline.comment.add"
	methodCommentUpdate = "crm.timeline.comment.update"
	methodCommentGet    = "crm.timeline.comment.get"
	methodCommentList   = "crm.timeline.comment.list"
)

// maxComment is how many bytes of a comment a portal keeps, which its column of type TEXT tells; it cuts the rest without a word.
const maxComment = 65_535

// unwritable tells what no portal would keep as it is.
func unwritable(method string, kind crm.Kind, text string) *crm.Error {
	switch {
	case entityType(kind) == 0 || strings.TrimSpace(text) == "":
		return invalid(method, "", "kind and text are required")
	case len(harmless(text)) > maxComment:
		return invalid(method, "", "the text is longer than the portal keeps")
	}
	return nil
}

// comment compiles crm.timeline.comment.add (contract §5.9).
func (r *request) comment(u *unit, do crm.Comment) (commands, reading, *crm.Error) {
	if e := unwritable(methodCommentAdd, do.Kind, do.Text); e != nil {
		return nil, nil, e
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

// editComment compiles crm.timeline.comment.update, and two looks behind it: whose comment it is, and whether that record is there. How
// a portal answers for a comment whose record was deleted is not documented, and words must not go where nobody reads them; a comment
// that moved to another record when two were merged is as good as before (contract §5.9, §5.4).
func (r *request) editComment(u *unit, do crm.EditComment) (commands, reading, *crm.Error) {
	if e := unwritable(methodCommentUpdate, do.Kind, do.Text); e != nil {
		return nil, nil, e
	}
	id, e := r.refer(u, do.Comment, aComment)
	if e != nil {
		return nil, nil, e
	}
	if id == nil {
		return nil, nil, skipped(methodCommentUpdate, "the comment was not written")
	}
	owner := params{"=id": result(u.first+1, "ENTITY_ID")}
	cs := commands{
		{methodCommentUpdate, params{"id": id, "fields": params{"COMMENT": do.Text}}},
		{methodCommentGet, params{"id": id}},
		{methodItemList, params{"entityTypeId": entityType(do.Kind), "filter": owner, "select": list([]string{"id"}), "start": -1}},
	}
	return cs, readEdit, nil
}

func readEdit(own []reply) (any, *crm.Error) {
	id, e := madeID(own[0])
	if e != nil {
		return nil, e
	}
	if e := own[1].err; e != nil {
		return nil, e
	}
	owners, e := records(own[2])
	if e != nil {
		return nil, e
	}
	if len(owners) == 0 {
		return nil, &crm.Error{Kind: crm.NotFound, Method: methodCommentUpdate, Text: "the comment's record is not there any more"}
	}
	return crm.Commented{ID: id}, nil
}

// lookUpEdit compares the comment's text: an equal one is what was wanted, whoever wrote it.
func (r *request) lookUpEdit(u *unit, do crm.EditComment) (command, reading, *crm.Error) {
	id, e := r.refer(u, do.Comment, aComment)
	if e != nil {
		return command{}, nil, e
	}
	if id == nil {
		return command{}, nil, absent(do)
	}
	return command{methodCommentGet, params{"id": id}}, func(own []reply) (any, *crm.Error) {
		var c struct {
			ID   ID   `json:"ID"`
			Text Text `json:"COMMENT"`
		}
		if e := own[0].into(&c); e != nil {
			return nil, e
		}
		if c.ID <= 0 || said(string(c.Text)) != said(harmless(do.Text)) {
			return nil, absent(do)
		}
		return crm.Commented{ID: int64(c.ID)}, nil
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

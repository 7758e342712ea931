package page

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
	"omniconnector/web"
)

// spoilt is a notification that could not be read.
type spoilt struct {
	Day string
	cameIn
}

// unreadable lists notifications that a tenant must mend the templates of.
func (p *Page) unreadable(c *gin.Context) {
	const most = 100
	l, t := language(c), signedIn(c).tenant.ID
	rows, _, err := p.cfg.Store.Events(c.Request.Context(), t, web.EventFilter{Kind: integration.Unreadable}, "", most)
	if err != nil {
		p.fail(c, err)
		return
	}
	var list []spoilt
	for _, r := range rows {
		whole, err := p.cfg.Store.Event(c.Request.Context(), t, r.Portal, r.Event.ID)
		if err != nil {
			p.fail(c, err)
			return
		}
		of, err := p.portalOf(c.Request.Context(), t, r.Portal)
		if err != nil {
			p.fail(c, err)
			return
		}
		now := p.cfg.Now().In(of.zone)
		list = append(list, spoilt{dayTitle(r.Event.At.In(of.zone), now, l), cameInOf(&r.Event, whole.Delivery, of, l)})
	}
	p.show(c, http.StatusOK, "unreadable.html", say(l, "unreadable"), list)
}

package chatapi

import "context"

// Prove logs in. The error is ErrLogin, or tells that the platform cannot be asked.
func (c *Client) Prove(ctx context.Context) error {
	_, err := c.token(ctx, "")
	return err
}

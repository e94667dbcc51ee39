-- Which codes a tenant's structure requires on Chorus Pro.
ALTER TABLE tenant ADD COLUMN chorus_requires TEXT NOT NULL DEFAULT 'none'
  CHECK (chorus_requires IN ('none', 'service', 'engagement', 'either', 'both'));

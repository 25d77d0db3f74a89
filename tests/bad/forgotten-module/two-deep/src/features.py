from deeper import scale

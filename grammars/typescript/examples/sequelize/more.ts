import { literal, QueryInterface, Sequelize } from "sequelize";

export const more = async (queryInterface: QueryInterface) => {
  await queryInterface.sequelize.query("UPDATE users SET plan = 'free' WHERE plan IS NULL");
  await User.findAll({ attributes: [[literal("(SELECT count(*) FROM posts WHERE posts.user_id = id)"), "posts"]] });
  await User.update({ plan: Sequelize.literal("lower(plan)") }, { where: {} });
};
